#include "tools/load/broker.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/when_all.h"
#include "common/base/os.h"
#include "common/base/status.h"
#include "common/rpc/grpc/channel.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/identity/signer.h"
#include "mesh/broker/client/bus.h"
#include "tools/load/own_cpu.h"

namespace maru::load {
namespace {

constexpr char kBroker[] = "broker";

std::string Deployment(int i) { return absl::StrCat("bench-p", i); }
std::string Topic(int i) { return absl::StrCat("bench.p", i); }

// One connection to the broker as one deployment. Loop's thread only.
class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Open(rpc::GrpcLoop& loop, Random& random,
                                                          const std::string& address,
                                                          const std::string& keys_folder,
                                                          const std::string& deployment) {
    ASSIGN_OR_RETURN(auto signer, rpc::ServiceSigner::Load(keys_folder, deployment, loop));
    rpc::GrpcChannelOptions options;
    options.target = address;
    return std::unique_ptr<Connection>(
        new Connection(loop, random, std::move(signer), rpc::OpenGrpcChannel(loop, options)));
  }

  broker::BrokerBus& bus() { return bus_; }

 private:
  Connection(rpc::GrpcLoop& loop, Random& random, std::unique_ptr<rpc::ServiceSigner> signer,
             std::unique_ptr<rpc::Channel> channel)
      : signer_(std::move(signer)),
        channel_(std::move(channel)),
        bus_(loop, random, *channel_, Options()) {}

  broker::ClientOptions Options() {
    broker::ClientOptions options;
    options.authorization = [this] {
      const auto token = signer_->TokenFor(kBroker);
      MARU_CHECK(token.ok());
      return absl::StrCat("Bearer ", *token);
    };
    return options;
  }

  const std::unique_ptr<rpc::ServiceSigner> signer_;
  const std::unique_ptr<rpc::Channel> channel_;
  broker::BrokerBus bus_;
};

// The time that is measured, and this process's CPU time in it.
class Window {
 public:
  Window(absl::Duration warm_up, absl::Duration duration)
      : from_(absl::Now() + warm_up), until_(from_ + duration), duration_(duration) {}

  bool over() const { return absl::Now() >= until_; }
  // Records that are done now.
  void Count(uint64_t records) {
    const absl::Time now = absl::Now();
    if (now < from_ || now >= until_) return;
    if (!cpu_from_.has_value()) cpu_from_ = OwnCpu();
    cpu_until_ = OwnCpu();
    records_ += records;
  }
  BrokerResult result() const {
    BrokerResult result;
    result.records = records_;
    result.measured = duration_;
    if (cpu_from_.has_value()) result.own_cpu = cpu_until_ - *cpu_from_;
    return result;
  }

 private:
  const absl::Time from_;
  const absl::Time until_;
  const absl::Duration duration_;
  uint64_t records_ = 0;
  std::optional<absl::Duration> cpu_from_;
  absl::Duration cpu_until_;
};

// One publishing stream. Loop's thread only.
class Producer {
 public:
  Producer(rpc::GrpcLoop& loop, broker::BrokerBus& bus, int number, const PublishLoad& load,
           Window& window)
      : load_(load),
        window_(window),
        value_(static_cast<size_t>(load.bytes), 'x'),
        publisher_(bus.NewPublisher(Topic(number), /*epoch=*/1)),
        moved_(loop) {}
  ~Producer() { scope_.CancelAll(); }

  // Sends until the time is over, then waits until all of it is acked.
  async::Task<absl::Status> Run() {
    CO_ASSIGN_OR_RETURN(sent_, co_await publisher_->Open());
    acked_ = sent_;
    scope_.Spawn(TakeAcks());
    while (!window_.over() && failed_.ok()) {
      if (sent_ - acked_ + static_cast<uint64_t>(load_.batch) > load_.window) {
        co_await moved_.Wait();
        continue;
      }
      CO_RETURN_IF_ERROR(co_await publisher_->Send(NextBatch()));
    }
    while (acked_ < sent_ && failed_.ok()) co_await moved_.Wait();
    co_return failed_;
  }

 private:
  std::vector<events::Record> NextBatch() {
    std::vector<events::Record> records(static_cast<size_t>(load_.batch));
    for (events::Record& record : records) {
      record.sequence = ++sent_;
      record.key = keys_[sent_ % keys_.size()];
      record.value = value_;
    }
    return records;
  }

  async::Task<void> TakeAcks() {
    while (true) {
      const absl::StatusOr<uint64_t> mark = co_await publisher_->Acked(acked_);
      if (mark.ok()) {
        window_.Count(*mark - acked_);
        acked_ = *mark;
      } else {
        failed_ = mark.status();
      }
      moved_.NotifyAll();
      if (!mark.ok()) co_return;
    }
  }

  const PublishLoad& load_;
  Window& window_;
  const std::string value_;
  // As many as there are flows at a time, more or less, over all partitions.
  const std::vector<std::string> keys_ = [] {
    std::vector<std::string> keys;
    for (int i = 0; i < 64; ++i) keys.push_back(absl::StrCat("018c2e5a-key-", i));
    return keys;
  }();
  const std::unique_ptr<events::Publisher> publisher_;
  uint64_t sent_ = 0;
  uint64_t acked_ = 0;
  absl::Status failed_;
  async::Signal moved_;
  // Last: its coroutine uses the rest.
  async::Scope scope_;
};

async::Task<absl::StatusOr<BrokerResult>> Publish(rpc::GrpcLoop& loop, Random& random,
                                                  const PublishLoad& load) {
  Window window(load.warm_up, load.duration);
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<std::unique_ptr<Producer>> producers;
  std::vector<async::Task<absl::Status>> runs;
  for (int i = 0; i < load.streams; ++i) {
    CO_ASSIGN_OR_RETURN(auto connection, Connection::Open(loop, random, load.address,
                                                          load.keys_folder, Deployment(i)));
    producers.push_back(std::make_unique<Producer>(loop, connection->bus(), i, load, window));
    connections.push_back(std::move(connection));
    runs.push_back(producers.back()->Run());
  }
  const std::vector<absl::Status> ended = co_await async::WhenAll(std::move(runs));
  for (const absl::Status& status : ended) CO_RETURN_IF_ERROR(status);
  co_return window.result();
}

// Reads topics from their beginning to where they ended when they were assigned. Loop's thread
// only.
class Consumer {
 public:
  Consumer(broker::BrokerBus& bus, const ConsumeLoad& load)
      : wanted_(static_cast<size_t>(load.topics) * kPartitions) {
    events::SubscriptionOptions options;
    options.group = absl::StrCat(Deployment(0), "/catch-up-", absl::ToUnixNanos(absl::Now()));
    options.member = options.group;
    options.store_id = "bench";
    for (int i = 0; i < load.topics; ++i) options.topics.push_back(Topic(i));
    options.max_records = 65536;
    options.max_bytes = 16 << 20;
    subscription_ = bus.Subscribe(options);
  }

  async::Task<absl::StatusOr<BrokerResult>> Run() {
    absl::Time began;
    absl::Duration cpu;
    while (!Finished()) {
      CO_ASSIGN_OR_RETURN(const events::Delivery delivery, co_await subscription_->Next());
      if (const auto* assigned = std::get_if<events::Assigned>(&delivery)) {
        if (ends_.empty()) {
          began = absl::Now();
          cpu = OwnCpu();
        }
        Take(*assigned);
      } else if (const auto* batch = std::get_if<events::Batch>(&delivery)) {
        Take(*batch);
      } else {
        co_return absl::UnavailableError("the broker has interrupted the subscription");
      }
    }
    BrokerResult result;
    result.records = records_;
    result.measured = absl::Now() - began;
    result.own_cpu = OwnCpu() - cpu;
    co_return result;
  }

 private:
  static constexpr size_t kPartitions = 8;

  // All partitions were assigned, and none has anything left to read.
  bool Finished() const { return ends_.size() == wanted_ && open_ == 0; }

  void Take(const events::Assigned& assigned) {
    std::vector<events::PartitionStart> starts;
    for (const events::Assigned::Partition& partition : assigned.partitions) {
      events::PartitionStart start;
      start.topic = partition.topic;
      start.partition = partition.partition;
      starts.push_back(std::move(start));
      ends_[{partition.topic, partition.partition}] = partition.end;
      if (partition.end > 0) ++open_;
    }
    subscription_->Start(assigned.generation, std::move(starts));
  }

  void Take(const events::Batch& batch) {
    const uint64_t next = batch.base_offset + batch.records.size();
    const uint64_t end = ends_.at({batch.topic, batch.partition});
    if (batch.base_offset < end && next >= end) --open_;
    records_ += batch.records.size();
    subscription_->Done(batch.topic, batch.partition, next, batch.records.size(), /*bytes=*/0);
  }

  const size_t wanted_;
  std::unique_ptr<events::Subscription> subscription_;
  std::map<std::pair<std::string, uint32_t>, uint64_t> ends_;
  // Partitions with something left to read.
  size_t open_ = 0;
  uint64_t records_ = 0;
};

async::Task<absl::StatusOr<BrokerResult>> Consume(rpc::GrpcLoop& loop, Random& random,
                                                  const ConsumeLoad& load) {
  CO_ASSIGN_OR_RETURN(const auto connection, Connection::Open(loop, random, load.address,
                                                              load.keys_folder, Deployment(0)));
  Consumer consumer(connection->bus(), load);
  co_return co_await consumer.Run();
}

}  // namespace

absl::StatusOr<BrokerResult> RunPublishLoad(const PublishLoad& load) {
  OsRandom random;
  rpc::GrpcLoop loop;
  return loop.BlockOn(Publish(loop, random, load));
}

absl::StatusOr<BrokerResult> RunConsumeLoad(const ConsumeLoad& load) {
  OsRandom random;
  rpc::GrpcLoop loop;
  return loop.BlockOn(Consume(loop, random, load));
}

}  // namespace maru::load
