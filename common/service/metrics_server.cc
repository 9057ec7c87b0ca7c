#include "common/service/metrics_server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"

namespace maru::service {

namespace {

constexpr size_t kMaxRequestBytes = 8 << 10;
constexpr timeval kPatience = {.tv_sec = 2, .tv_usec = 0};

absl::Status CannotListen(const std::string& address, std::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot serve metrics on ", address, ": ", ToAbsl(why)));
}

absl::StatusOr<int> Listen(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return CannotListen(address, "must be HOST:PORT");
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found);
  if (failure != 0) return CannotListen(address, gai_strerror(failure));
  const int listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  // Without it a restart would wait for the old connections' TIME_WAIT.
  const bool ok =
      listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
      bind(listener, found->ai_addr, found->ai_addrlen) == 0 && listen(listener, 16) == 0;
  const int why = errno;
  freeaddrinfo(found);
  if (ok) return listener;
  if (listener >= 0) close(listener);
  return CannotListen(address, strerror(why));
}

int PortOf(int listener) {
  sockaddr_storage address;
  socklen_t length = sizeof address;
  MARU_CHECK(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  char port[NI_MAXSERV];
  MARU_CHECK(getnameinfo(reinterpret_cast<sockaddr*>(&address), length, nullptr, 0, port,
                         sizeof port, NI_NUMERICSERV) == 0);
  return atoi(port);
}

std::string Response(std::string_view status, std::string_view body) {
  return absl::StrCat(
      "HTTP/1.1 ", ToAbsl(status),
      "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: ", body.size(),
      "\r\nConnection: close\r\n\r\n", ToAbsl(body));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const std::string& address, std::vector<std::shared_ptr<prometheus::Collectable>> sources) {
  ASSIGN_OR_RETURN(const int listener, Listen(address));
  return std::unique_ptr<MetricsServer>(
      new MetricsServer(listener, PortOf(listener), std::move(sources)));
}

MetricsServer::MetricsServer(int listener, int port,
                             std::vector<std::shared_ptr<prometheus::Collectable>> sources)
    : sources_(std::move(sources)),
      listener_(listener),
      port_(port),
      stop_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Run(); }) {
  MARU_CHECK(stop_ >= 0);
}

MetricsServer::~MetricsServer() {
  const uint64_t one = 1;
  MARU_CHECK(write(stop_, &one, sizeof one) == sizeof one);
  thread_.join();
  close(stop_);
  close(listener_);
}

void MetricsServer::Run() {
  while (true) {
    pollfd waiting[] = {{.fd = listener_, .events = POLLIN, .revents = 0},
                        {.fd = stop_, .events = POLLIN, .revents = 0}};
    if (poll(waiting, std::size(waiting), /*timeout=*/-1) < 0) continue;  // EINTR
    if (waiting[1].revents != 0) return;
    // Fails when the client is gone again, or for want of file descriptors: the next one is tried
    // anew.
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) {
      if (errno == EMFILE || errno == ENFILE) poll(&waiting[1], 1, /*timeout=*/1000);
      continue;
    }
    Answer(connection);
    close(connection);
  }
}

void MetricsServer::Answer(int connection) const {
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    char buffer[1024];
    const ssize_t n = read(connection, buffer, sizeof buffer);
    if (n <= 0 || request.size() + static_cast<size_t>(n) > kMaxRequestBytes) return;
    request.append(buffer, static_cast<size_t>(n));
  }
  const std::string answer = AnswerTo(request);
  for (size_t sent = 0; sent < answer.size();) {
    const ssize_t n = send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<size_t>(n);
  }
}

std::string MetricsServer::AnswerTo(const std::string& request) const {
  const std::string_view line = std::string_view(request).substr(0, request.find("\r\n"));
  if (!line.starts_with("GET ")) return Response("405 Method Not Allowed", "GET /metrics\n");
  const std::string_view path = line.substr(4, line.find_first_of(" ?", 4) - 4);
  if (path != "/metrics") return Response("404 Not Found", "GET /metrics\n");
  return Response("200 OK", Metrics());
}

std::string MetricsServer::Metrics() const {
  std::vector<prometheus::MetricFamily> families;
  for (const std::shared_ptr<prometheus::Collectable>& source : sources_) {
    std::vector<prometheus::MetricFamily> collected = source->Collect();
    families.insert(families.end(), std::make_move_iterator(collected.begin()),
                    std::make_move_iterator(collected.end()));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace maru::service
