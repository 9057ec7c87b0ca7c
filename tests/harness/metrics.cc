#include "tests/harness/metrics.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"

namespace maru::harness {
namespace {

// {a="b",c="d"}: the values that tests look at have no quotes or commas of their own.
Metrics::Labels ParseLabels(const std::string& text) {
  Metrics::Labels labels;
  for (const absl::string_view label : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(label, absl::MaxSplits('=', 1));
    const std::string& quoted = parts.second;
    labels[parts.first] = quoted.size() >= 2 ? quoted.substr(1, quoted.size() - 2) : quoted;
  }
  return labels;
}

absl::StatusOr<std::string> Get(const std::string& address, const std::string& path) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(address, ':');
  int port = 0;
  sockaddr_in peer = {};
  peer.sin_family = AF_INET;
  if (!absl::SimpleAtoi(parts.second, &port) ||
      inet_pton(AF_INET, parts.first.c_str(), &peer.sin_addr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("no address: ", address));
  }
  peer.sin_port = htons(static_cast<uint16_t>(port));
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string reply;
  if (connect(connection, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0) {
    const std::string request =
        absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: ", address, "\r\n\r\n");
    char buffer[8192];
    ssize_t count = send(connection, request.data(), request.size(), MSG_NOSIGNAL);
    while (count > 0 && (count = recv(connection, buffer, sizeof buffer, 0)) > 0) {
      reply.append(buffer, static_cast<size_t>(count));
    }
  }
  close(connection);
  const size_t body = reply.find("\r\n\r\n");
  if (body == std::string::npos || reply.find(" 200 ") > reply.find("\r\n")) {
    return absl::UnavailableError(
        absl::StrCat(address, path, ": ", reply.substr(0, reply.find("\r\n"))));
  }
  return reply.substr(body + 4);
}

}  // namespace

absl::StatusOr<Metrics> Metrics::Parse(const std::string& text) {
  Metrics metrics;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (const std::string& line : lines) {
    if (line.empty() || line[0] == '#' || line == "\r") continue;
    const size_t open = line.find('{');
    const size_t name_end = std::min(open, line.find(' '));
    const size_t labels_end = open == name_end ? line.find('}') : name_end;
    Sample sample;
    if (labels_end == std::string::npos) return absl::InvalidArgumentError(line);
    sample.name = line.substr(0, name_end);
    if (open == name_end) sample.labels = ParseLabels(line.substr(open + 1, labels_end - open - 1));
    const size_t value = line.find(' ', labels_end);
    if (value == std::string::npos) return absl::InvalidArgumentError(line);
    const std::vector<std::string> words =
        absl::StrSplit(line.substr(value), ' ', absl::SkipWhitespace());
    if (words.empty() || !absl::SimpleAtod(words[0], &sample.value))
      return absl::InvalidArgumentError(line);
    metrics.samples_.push_back(std::move(sample));
  }
  return metrics;
}

double Metrics::Sum(const std::string& name, const Labels& labels) const {
  double sum = 0;
  for (const Sample& sample : samples_) {
    const bool carries = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      const auto found = sample.labels.find(label.first);
      return found != sample.labels.end() && found->second == label.second;
    });
    if (sample.name == name && carries) sum += sample.value;
  }
  return sum;
}

absl::StatusOr<Metrics> ReadMetrics(const std::string& address) {
  ASSIGN_OR_RETURN(const std::string text, Get(address, "/metrics"));
  return Metrics::Parse(text);
}

}  // namespace maru::harness
