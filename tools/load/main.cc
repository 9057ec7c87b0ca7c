// maru-load: the load generator of `tools/maru bench`. Each verb runs one bounded load and prints
// one JSON object.
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/load/broker.h"
#include "tools/load/calls.h"
#include "tools/load/disk.h"
#include "tools/load/echo_server.h"
#include "tools/load/fill.h"
#include "tools/load/unary_load.h"

ABSL_FLAG(std::string, address, "127.0.0.1:7000",
          "host:port of the server (echo-server: to listen on)");
ABSL_FLAG(int, callers, 100, "calls in flight");
ABSL_FLAG(int, connections, 1, "TCP connections that the callers share");
ABSL_FLAG(absl::Duration, seconds, absl::Seconds(5), "how long to measure");
ABSL_FLAG(absl::Duration, warm_up, absl::Seconds(1), "how long to run before measuring");
ABSL_FLAG(int, bytes, 128, "echo, publish: size of the message");
ABSL_FLAG(double, rate, 0, "unary: calls a second; 0: as many as the callers get through");
ABSL_FLAG(std::string, keys, ".maru/keys", "folder of the keys, to sign tokens with");
ABSL_FLAG(std::string, deployment, "", "each, unary, visible: whose contract, e.g. food-order");
ABSL_FLAG(std::string, method, "", "each, unary, visible: e.g. PlaceOrder");
ABSL_FLAG(std::string, role, "customer", "each, unary, visible: role of the callers");
ABSL_FLAG(std::string, requests, "[{}]",
          "each, unary, visible: a JSON array of requests to send in turn");
ABSL_FLAG(std::string, page_address, "",
          "visible: host:port of the page; address is the command's");
ABSL_FLAG(std::string, page_deployment, "", "visible: whose contract the page's is");
ABSL_FLAG(std::string, page_method, "", "visible: the query that is to show it");
ABSL_FLAG(std::string, page_field, "", "visible: field of the query that names what is asked for");
ABSL_FLAG(std::string, reply_field, "id", "visible: field of the command's reply that has it");
ABSL_FLAG(absl::Duration, pause, absl::Milliseconds(5), "visible: from one command to the next");
ABSL_FLAG(std::string, folder, ".", "sync: on which disk; fill-…: of the deployments' data");
ABSL_FLAG(uint64_t, count, 1'000'000, "fill-…: how many");
ABSL_FLAG(int, streams, 1, "publish: streams at once; consume: topics to read");
ABSL_FLAG(int, batch, 1, "publish: records of one call of the client library");

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
                               {"all_ok", result.all_ok},
                               {"failed", failed},
                               {"codes", codes},
                               {"first_error", result.first_error},
                               {"own_cpu_s", absl::ToDoubleSeconds(result.own_cpu)}};
  std::printf("%s\n", line.dump().c_str());
  return 0;
}

int Echo() {
  UnaryLoad load = LoadFromFlags("/maru.load.Echo/Echo");
  load.request = [message = std::string(static_cast<size_t>(absl::GetFlag(FLAGS_bytes)), 'x')](
                     uint64_t) { return message; };
  return Print(RunUnaryLoad(load));
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

Calls CallsFromFlags() {
  return {.address = absl::GetFlag(FLAGS_address),
          .deployment = absl::GetFlag(FLAGS_deployment),
          .method = absl::GetFlag(FLAGS_method),
          .role = absl::GetFlag(FLAGS_role),
          .requests = absl::GetFlag(FLAGS_requests),
          .keys_folder = absl::GetFlag(FLAGS_keys)};
}

int Each() {
  const auto replies = CallEach(CallsFromFlags());
  if (!replies.ok()) return Fail(replies.status());
  std::printf("%s\n", replies->c_str());
  return 0;
}

int Unary() {
  UnaryLoad load = LoadFromFlags("");
  load.rate = absl::GetFlag(FLAGS_rate);
  const absl::Status prepared = Prepare(CallsFromFlags(), load);
  return prepared.ok() ? Print(RunUnaryLoad(load)) : Fail(prepared);
}

int Visible() {
  VisibleLoad load;
  load.commands = CallsFromFlags();
  load.page = load.commands;
  load.page.address = absl::GetFlag(FLAGS_page_address);
  load.page.deployment = absl::GetFlag(FLAGS_page_deployment);
  load.page.method = absl::GetFlag(FLAGS_page_method);
  load.page.requests = "[{}]";
  load.page_field = absl::GetFlag(FLAGS_page_field);
  load.reply_field = absl::GetFlag(FLAGS_reply_field);
  load.duration = absl::GetFlag(FLAGS_seconds);
  load.warm_up = absl::GetFlag(FLAGS_warm_up);
  load.pause = absl::GetFlag(FLAGS_pause);
  const auto result = RunVisibleLoad(load);
  if (!result.ok()) return Fail(result.status());
  const nlohmann::json line = {{"p50_us", result->lag.PercentileUs(0.5)},
                               {"p99_us", result->lag.PercentileUs(0.99)},
                               {"command_p50_us", result->command.PercentileUs(0.5)},
                               {"ok", result->lag.total()}};
  std::printf("%s\n", line.dump().c_str());
  return 0;
}

int Fill(absl::Status (*fill)(const std::string&, uint64_t)) {
  const absl::Status filled = fill(absl::GetFlag(FLAGS_folder), absl::GetFlag(FLAGS_count));
  return filled.ok() ? 0 : Fail(filled);
}

int Sync() {
  const auto result = MeasureSync(absl::GetFlag(FLAGS_folder), absl::GetFlag(FLAGS_seconds));
  if (!result.ok()) return Fail(result.status());
  const nlohmann::json line = {{"p50_us", result->PercentileUs(0.5)},
                               {"p99_us", result->PercentileUs(0.99)}};
  std::printf("%s\n", line.dump().c_str());
  return 0;
}

int PrintBroker(const absl::StatusOr<BrokerResult>& result) {
  if (!result.ok()) return Fail(result.status());
  const nlohmann::json line = {{"per_second", static_cast<double>(result->records) /
                                                  absl::ToDoubleSeconds(result->measured)},
                               {"records", result->records},
                               {"own_cpu_s", absl::ToDoubleSeconds(result->own_cpu)}};
  std::printf("%s\n", line.dump().c_str());
  return 0;
}

int Publish() {
  PublishLoad load;
  load.address = absl::GetFlag(FLAGS_address);
  load.keys_folder = absl::GetFlag(FLAGS_keys);
  load.streams = absl::GetFlag(FLAGS_streams);
  load.batch = absl::GetFlag(FLAGS_batch);
  load.bytes = absl::GetFlag(FLAGS_bytes);
  load.duration = absl::GetFlag(FLAGS_seconds);
  load.warm_up = absl::GetFlag(FLAGS_warm_up);
  return PrintBroker(RunPublishLoad(load));
}

int Consume() {
  ConsumeLoad load;
  load.address = absl::GetFlag(FLAGS_address);
  load.keys_folder = absl::GetFlag(FLAGS_keys);
  load.topics = absl::GetFlag(FLAGS_streams);
  return PrintBroker(RunConsumeLoad(load));
}

int Main(int argc, char** argv) {
  const std::map<std::string, std::function<int()>> verbs = {
      {"echo-server", [] { return RunEchoServer(absl::GetFlag(FLAGS_address)); }},
      {"echo", Echo},
      {"each", Each},
      {"unary", Unary},
      {"visible", Visible},
      {"fill-orders", [] { return Fill(FillOrders); }},
      {"fill-timers", [] { return Fill(FillTimers); }},
      {"sync", Sync},
      {"publish", Publish},
      {"consume", Consume},
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
