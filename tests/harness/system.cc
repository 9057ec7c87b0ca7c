#include "tests/harness/system.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "nlohmann/json.hpp"

namespace maru::harness {
namespace {

// Below the ports that the kernel hands to outgoing connections, the metrics ports (base + 10000)
// too.
constexpr int kFirstBase = 10000;
constexpr int kLastBase = 21000;
constexpr int kTries = 100;
constexpr absl::Duration kStart = absl::Seconds(20);
constexpr absl::Duration kStop = absl::Seconds(15);
constexpr absl::Duration kPoll = absl::Milliseconds(10);

bool IsFree(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuse = 1;  // as the servers do: a port in TIME_WAIT is free
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool free = bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return free;
}

// A base where every port is free.
absl::StatusOr<int> FreeBase(const std::vector<int>& offsets) {
  std::random_device random;
  for (int i = 0; i < kTries; ++i) {
    const int base = kFirstBase + static_cast<int>(random() % (kLastBase - kFirstBase));
    bool free = true;
    for (const int offset : offsets) free = free && IsFree(base + offset);
    if (free) return base;
  }
  return absl::UnavailableError("no free ports between 10000 and 32000");
}

}  // namespace

std::string Eventually(absl::Duration within, const std::function<std::string()>& look) {
  const absl::Time until = absl::Now() + within;
  while (true) {
    std::string problem = look();
    if (problem.empty() || absl::Now() > until) return problem;
    poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kPoll)));
  }
}

absl::StatusOr<std::unique_ptr<System>> System::Start(const Options& options) {
  std::unique_ptr<System> system(new System(options));
  RETURN_IF_ERROR(system->Prepare());
  for (const Part& part : system->parts_) RETURN_IF_ERROR(system->Launch(part.name));
  const absl::Status serving = system->WaitServing(system->processes(), kStart);
  if (serving.ok()) return system;
  return absl::Status(serving.code(),
                      absl::StrCat(serving.message(), "\n", system->LogTails(/*lines=*/20)));
}

System::~System() {
  for (Part& part : parts_) part.process->Kill();
}

absl::Status System::Prepare() {
  std::ifstream file(absl::StrCat(SourceFolder(), "/mesh/context/deployments.json"));
  const nlohmann::json table = nlohmann::json::parse(file);
  const nlohmann::json& system = table["systems"][options_.system];
  const int metrics = table["metrics_offset"];
  struct Place {
    std::string name;
    std::string binary;
    int offset;
  };
  std::vector<Place> places = {
      {kBroker, table["broker"]["binary"], table["broker"]["port_offset"]}};
  int offset = system["port_offset"];
  for (const nlohmann::json& context : system["contexts"]) {
    places.push_back({absl::StrCat(options_.system, "-", std::string(context["name"])),
                      context["binary"], offset++});
  }
  std::vector<int> offsets;
  for (const Place& place : places) {
    offsets.push_back(place.offset);
    offsets.push_back(place.offset + metrics);
  }
  ASSIGN_OR_RETURN(const int base, FreeBase(offsets));

  std::filesystem::create_directories(absl::StrCat(folder(), "/logs"));
  std::vector<std::string> keys = {ProgramPath("maru-cli"), "keys", "--keys", keys_folder()};
  for (const Place& place : places) {
    Part part;
    part.name = place.name;
    part.binary = place.binary;
    part.address = absl::StrCat("127.0.0.1:", base + place.offset);
    part.metrics_address = absl::StrCat("127.0.0.1:", base + place.offset + metrics);
    part.is_context = place.name != kBroker;
    part.client = std::make_unique<Client>(part.address);
    parts_.push_back(std::move(part));
    keys.push_back(place.name);
  }
  for (Part& part : parts_) {
    part.process = std::make_unique<Process>(CommandLine(part),
                                             absl::StrCat(folder(), "/logs/", part.name, ".log"));
  }
  return RunProgram(keys).status();
}

// The same flags as `tools/maru up` gives.
std::vector<std::string> System::CommandLine(const Part& part) const {
  std::vector<std::string> command = {
      ProgramPath(part.binary),
      absl::StrCat("--listen=", part.address),
      absl::StrCat("--metrics=", part.metrics_address),
      absl::StrCat("--data=", data_folder(part.name)),
      absl::StrCat("--keys=", keys_folder()),
  };
  if (part.is_context) {
    command.push_back(absl::StrCat("--system=", options_.system));
    command.push_back(absl::StrCat("--broker=", address(kBroker)));
    for (const Part& peer : parts_) {
      if (!peer.is_context || peer.name == part.name) continue;
      command.push_back(
          absl::StrCat("--peers.", peer.name.substr(peer.name.find('-') + 1), "=", peer.address));
    }
  }
  const auto more = options_.flags.find(part.name);
  if (more != options_.flags.end()) {
    command.insert(command.end(), more->second.begin(), more->second.end());
  }
  return command;
}

std::vector<std::string> System::contexts() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (part.is_context) names.push_back(part.name);
  }
  return names;
}

std::vector<std::string> System::processes() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) names.push_back(part.name);
  return names;
}

System::Part& System::Find(std::string_view deployment) {
  return const_cast<Part&>(static_cast<const System*>(this)->Find(deployment));
}

const System::Part& System::Find(std::string_view deployment) const {
  for (const Part& part : parts_) {
    if (part.name == deployment) return part;
  }
  MARU_CHECK(!"no such deployment");
  return parts_.front();
}

const std::string& System::address(std::string_view deployment) const {
  return Find(deployment).address;
}

const std::string& System::metrics_address(std::string_view deployment) const {
  return Find(deployment).metrics_address;
}

std::string System::keys_folder() const { return absl::StrCat(folder(), "/keys"); }

std::string System::data_folder(std::string_view deployment) const {
  return absl::StrCat(folder(), "/data/", ToAbsl(deployment));
}

Process& System::process(std::string_view deployment) { return *Find(deployment).process; }

Client& System::client(std::string_view deployment) { return *Find(deployment).client; }

std::string System::Token(const std::string& role, const std::string& subject,
                          const std::vector<std::string>& store_ids) {
  const MutexLock lock(mutex_);
  const std::string stores = absl::StrJoin(store_ids, ",");
  std::string& token = tokens_[{role, subject, stores}];
  if (token.empty()) {
    const auto printed =
        RunProgram({ProgramPath("maru-cli"), "token", "--keys", keys_folder(), "--sub", subject,
                    "--ttl", "1h", "--roles", role, "--store_ids", stores});
    MARU_CHECK(printed.ok());
    token = std::string(absl::StripAsciiWhitespace(*printed));
  }
  return token;
}

void System::Kill(std::string_view deployment) { process(deployment).Kill(); }

void System::Terminate(std::string_view deployment) { process(deployment).Terminate(); }

void System::Suspend(std::string_view deployment) { process(deployment).Signal(SIGSTOP); }

void System::Resume(std::string_view deployment) { process(deployment).Signal(SIGCONT); }

absl::Status System::Launch(std::string_view deployment) { return process(deployment).Start(); }

absl::Status System::WaitServing(const std::vector<std::string>& deployments,
                                 absl::Duration within) {
  const std::string problem = Eventually(within, [&] {
    std::vector<std::string> missing;
    for (const std::string& name : deployments) {
      if (!client(name).Serving())
        missing.push_back(absl::StrCat(name, " ", process(name).sudden_end()));
    }
    return missing.empty() ? "" : absl::StrCat("not SERVING: ", absl::StrJoin(missing, ", "));
  });
  return problem.empty() ? absl::OkStatus() : absl::DeadlineExceededError(problem);
}

absl::Status System::Start(std::string_view deployment) {
  RETURN_IF_ERROR(Launch(deployment));
  return WaitServing({std::string(deployment)}, kStart);
}

absl::Status System::StopAll() {
  std::vector<std::string> problems;
  for (const bool contexts : {true, false}) {
    for (Part& part : parts_) {
      if (part.is_context != contexts) continue;
      const absl::Status stopped = part.process->Stop(kStop);
      if (!stopped.ok()) problems.push_back(absl::StrCat(part.name, ": ", stopped.message()));
    }
  }
  return problems.empty() ? absl::OkStatus() : absl::InternalError(absl::StrJoin(problems, "; "));
}

std::string System::SuddenEnds() {
  std::vector<std::string> ends;
  for (Part& part : parts_) {
    const std::string end = part.process->sudden_end();
    if (!end.empty()) ends.push_back(absl::StrCat(part.name, ": ", end));
  }
  return absl::StrJoin(ends, "; ");
}

std::string System::LogTails(int lines) {
  std::string text;
  for (const Part& part : parts_) {
    std::ifstream file(part.process->log());
    std::deque<std::string> tail;
    for (std::string line; std::getline(file, line);) {
      tail.push_back(line);
      if (tail.size() > static_cast<size_t>(lines)) tail.pop_front();
    }
    absl::StrAppend(&text, "--- ", part.process->log(), "\n", absl::StrJoin(tail, "\n"), "\n");
  }
  return text;
}

}  // namespace maru::harness
