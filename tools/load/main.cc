// maru-load: the load generator of `tools/maru bench`. Each verb runs one bounded load and prints one JSON object.
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/load/echo_server.h"
#include "tools/load/unary_load.h"

ABSL_FLAG(std::string, address, "127.0.0.1:7000", "host:port of the server (echo-server: to listen on)");
ABSL_FLAG(int, callers, 100, "calls in flight");
ABSL_FLAG(int, connections, 1, "TCP connections that the callers share");
ABSL_FLAG(absl::Duration, seconds, absl::Seconds(5), "how long to measure");
ABSL_FLAG(absl::Duration, warm_up, absl::Seconds(1), "how long to run before measuring");
ABSL_FLAG(int, bytes, 128, "echo: size of the message");

namespace maru::load {
namespace {

UnaryLoad LoadFromFlags(std::string method) {
  UnaryLoad load;
  load.address = absl::GetFlag(FLAGS_address);
  load.method = std::move(method);
  load.callers = absl::GetFlag(FLAGS_callers);
  load.connections = absl::GetFlag(FLAGS_connections);
  load.duration = absl::GetFlag(FLAGS_seconds);
  load.warm_up = absl::GetFlag(FLAGS_warm_up);
  return load;
}

int Print(const UnaryResult& result) {
  uint64_t failed = 0;
  nlohmann::json codes;
  for (const auto& [code, count] : result.codes) {
    codes[absl::StrCat(code)] = count;
    if (code != 0) failed += count;
  }
  const nlohmann::json line = {{"per_second", result.OkPerSecond()},
                               {"p50_us", result.latency.PercentileUs(0.5)},
                               {"p99_us", result.latency.PercentileUs(0.99)},
                               {"ok", result.latency.total()},
                               {"failed", failed},
                               {"codes", codes},
                               {"first_error", result.first_error},
                               {"own_cpu_s", absl::ToDoubleSeconds(result.own_cpu)}};
  std::printf("%s\n", line.dump().c_str());
  return 0;
}

int Echo() {
  UnaryLoad load = LoadFromFlags("/maru.load.Echo/Echo");
  load.request = [message = std::string(static_cast<size_t>(absl::GetFlag(FLAGS_bytes)), 'x')](uint64_t) {
    return message;
  };
  return Print(RunUnaryLoad(load));
}

int Main(int argc, char** argv) {
  const std::map<std::string, std::function<int()>> verbs = {
      {"echo-server", [] { return RunEchoServer(absl::GetFlag(FLAGS_address)); }},
      {"echo", Echo},
  };
  std::string usage = "maru-load VERB [--flag=value…]; verbs:";
  for (const auto& [name, run] : verbs) absl::StrAppend(&usage, " ", name);
  absl::SetProgramUsageMessage(usage);
  const std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  const auto verb = words.size() == 2 ? verbs.find(words[1]) : verbs.end();
  if (verb == verbs.end()) {
    std::fprintf(stderr, "%s\n", usage.c_str());
    return 64;
  }
  return verb->second();
}

}  // namespace
}  // namespace maru::load

int main(int argc, char** argv) { return maru::load::Main(argc, argv); }
