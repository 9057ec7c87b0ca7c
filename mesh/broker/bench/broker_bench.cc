// Measures the log, and publishing and consuming through gRPC, in one process: broker and client on
// a loop each.
//
//   maru-broker-bench [seconds a figure]
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/os.h"
#include "common/rpc/grpc/channel.h"
#include "common/rpc/grpc/loop.h"
#include "mesh/broker/client/bus.h"
#include "mesh/broker/testing/grpc_broker.h"

namespace maru::broker {
namespace {

constexpr char kTopic[] = "bench.source";
constexpr size_t kValueBytes = 128;

async::Task<double> PublishFor(rpc::GrpcLoop& loop, events::Bus& bus, std::string topic,
                               size_t batch, double seconds) {
  auto publisher = bus.NewPublisher(topic, 1);
  absl::StatusOr<uint64_t> mark = co_await publisher->Open();
  MARU_CHECK(mark.ok());
  uint64_t next = *mark + 1;
  const uint64_t first = next;
  const Instant begin = loop.Now();
  const std::string value(kValueBytes, 'v');
  int calls = 0;
  while (loop.Now() < begin + absl::Seconds(seconds)) {
    std::vector<events::Record> records;
    records.reserve(batch);
    for (size_t i = 0; i < batch; ++i, ++next)
      records.push_back({next, "key-" + std::to_string(next % 1000), value});
    const absl::Status sent = co_await publisher->Send(std::move(records));
    MARU_CHECK(sent.ok());
    // Lets the loop read acks now and then, as other work of a process would.
    if (++calls % 64 == 0) co_await loop.Yield();
  }
  while (*mark + 1 < next) {
    mark = co_await publisher->Acked(*mark);
    MARU_CHECK(mark.ok());
  }
  co_return static_cast<double>(next - first) / absl::ToDoubleSeconds(loop.Now() - begin);
}

async::Task<double> ConsumeAll(rpc::GrpcLoop& loop, events::Bus& bus) {
  events::SubscriptionOptions options;
  options.group = "bench-reader/all";
  options.member = "bench-reader-1";
  options.store_id = "store";
  options.topics = {kTopic};
  auto subscription = bus.Subscribe(options);
  uint64_t left = 0;
  uint64_t records = 0;
  Instant begin = loop.Now();
  do {
    absl::StatusOr<events::Delivery> next = co_await subscription->Next();
    MARU_CHECK(next.ok());
    if (auto* assigned = std::get_if<events::Assigned>(&*next)) {
      begin = loop.Now();
      std::vector<events::PartitionStart> starts;
      for (const auto& partition : assigned->partitions) {
        left += partition.end;
        starts.push_back(
            {partition.topic, partition.partition, events::StartFrom::kEarliest, {}, false});
      }
      subscription->Start(assigned->generation, std::move(starts));
    } else if (auto* batch = std::get_if<events::Batch>(&*next)) {
      records += batch->records.size();
      left -= batch->records.size();
      const uint64_t done = batch->base_offset + batch->records.size();
      subscription->Done(batch->topic, batch->partition, done, batch->records.size(), 0);
    }
  } while (left > 0);
  co_return static_cast<double>(records) / absl::ToDoubleSeconds(loop.Now() - begin);
}

void Report(const char* name, double per_second) {
  std::printf("%-20s %12.0f records/s\n", name, per_second);
  std::fflush(stdout);
}

int Main(double seconds) {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("maru-broker-bench-" + std::to_string(getpid()));
  {
    GrpcBroker server(folder);
    OsRandom random;
    rpc::GrpcLoop loop;
    std::unique_ptr<rpc::Channel> channel;
    std::unique_ptr<BrokerBus> owner;
    std::unique_ptr<BrokerBus> reader;
    loop.RunHere([&] {
      channel =
          rpc::OpenGrpcChannel(loop, {.target = "127.0.0.1:" + std::to_string(server.port())});
      ClientOptions options;
      options.authorization = [] { return "Bearer bench-source"; };
      owner = std::make_unique<BrokerBus>(loop, random, *channel, options);
      options.authorization = [] { return "Bearer bench-reader"; };
      reader = std::make_unique<BrokerBus>(loop, random, *channel, options);
    });
    Report("publish_single", loop.BlockOn(PublishFor(loop, *owner, kTopic, 1, seconds)));
    Report("publish_batch64", loop.BlockOn(PublishFor(loop, *owner, kTopic, 64, seconds)));
    Report("consume", loop.BlockOn(ConsumeAll(loop, *reader)));
    loop.RunHere([&] {
      owner.reset();
      reader.reset();
      channel.reset();
    });
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace maru::broker

int main(int argc, char** argv) { return maru::broker::Main(argc > 1 ? std::atof(argv[1]) : 5); }
