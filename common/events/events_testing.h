// For tests of events: texts as events, a producer and a consumer over stores in memory that can
// crash at any step.
#ifndef MARU_COMMON_EVENTS_EVENTS_TESTING_H_
#define MARU_COMMON_EVENTS_EVENTS_TESTING_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/async/manual_executor.h"
#include "common/base/strings.h"
#include "common/events/environment.h"
#include "common/events/handlers.h"
#include "common/events/memory_bus.h"
#include "common/events/relay.h"
#include "common/events/subscriber.h"
#include "common/store/key.h"
#include "common/store/store_testing.h"
#include "common/store/tables.h"
#include "google/protobuf/wrappers.pb.h"

// Events of these tests: "key=text" in a StringValue.
namespace google::protobuf {
inline std::string_view MaruEventKey(const StringValue& event) {
  return std::string_view(event.value()).substr(0, event.value().find('='));
}
inline std::string_view MaruEventCorrelationId(const StringValue& event) {
  return MaruEventKey(event);
}
}  // namespace google::protobuf

namespace maru::events {

using google::protobuf::StringValue;

inline StringValue Said(std::string_view key, std::string_view text) {
  StringValue event;
  event.set_value(absl::StrCat(ToAbsl(key), "=", ToAbsl(text)));
  return event;
}

inline constexpr char kTopic[] = "datecourse.producer";

// Keeps what it was told.
class TestJournal final : public Journal {
 public:
  void Warn(std::string_view where, std::string_view what, const absl::Status& why) override {
    warnings.push_back(absl::StrCat(ToAbsl(where), ": ", ToAbsl(what), ": ", why.ToString()));
  }
  void Error(std::string_view where, std::string_view what, const absl::Status& why) override {
    errors.push_back(absl::StrCat(ToAbsl(where), ": ", ToAbsl(what), ": ", why.ToString()));
  }
  std::vector<std::string> warnings;
  std::vector<std::string> errors;
};

// Runs `task` to its end and not a step further: what it set in motion elsewhere has not happened
// yet.
template <class T>
T RunJust(async::ManualExecutor& executor, async::Task<T> task) {
  std::optional<T> result;
  async::Scope scope;
  scope.Spawn([](async::Task<T> awaited, std::optional<T>& out) -> async::Task<void> {
    out.emplace(co_await std::move(awaited));
  }(std::move(task), result));
  while (!result.has_value()) MARU_CHECK(executor.RunOne());
  return *std::move(result);
}

// A deployment that emits.
class Producer {
 public:
  Producer(async::ManualExecutor& executor, MemoryBus& bus)
      : executor_(executor), bus_(bus), store_(executor, "datecourse-producer", kTopic) {
    StartRelay();
  }

  // One command per text, each durable when it returns; the relay has not run yet.
  void Say(std::string_view key, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) MARU_CHECK(TrySay(key, text).ok());
  }
  absl::Status TrySay(std::string_view key, std::string_view text) {
    const StringValue event = Said(key, text);
    return RunJust(executor_, store_->Apply([&event](maru::store::Txn& txn) {
      txn.Emit(event);
      return absl::OkStatus();
    }));
  }

  void StartRelay(RelayOptions options = {}) {
    options.topic = kTopic;
    relay_ = std::make_unique<Relay>(environment(), options);
    relay_->Start();
  }
  void StopRelay() { relay_.reset(); }
  void Crash() {
    relay_.reset();
    store_.Crash();
    registry_ = std::make_unique<prometheus::Registry>();
    store_.Reopen();
    StartRelay();
  }

  Environment environment() { return {executor_, random_, *store_, bus_, journal_, *registry_}; }
  maru::store::TestStore& store() { return store_; }
  Relay& relay() { return *relay_; }
  TestJournal& journal() { return journal_; }

 private:
  async::ManualExecutor& executor_;
  MemoryBus& bus_;
  maru::store::SeededRandom random_;
  TestJournal journal_;
  std::unique_ptr<prometheus::Registry> registry_ = std::make_unique<prometheus::Registry>();
  maru::store::TestStore store_;
  std::unique_ptr<Relay> relay_;
};

// What it heard, per key, in its own store: (kHeardTable, generation, key) -> "text text text".
inline constexpr uint32_t kHeardTable = maru::store::kFirstContextTable;

inline std::string HeardKey(Generation generation, std::string_view key) {
  return maru::store::EncodeKey<uint32_t, std::string>(kHeardTable, generation, key);
}

// Texts that fail, and how. Shared by handlers and tests.
using Faults = std::map<std::string, absl::Status, std::less<>>;

// Appends the event's text to what was heard of its key; fails after writing, so that traces would
// show.
inline absl::Status Hear(maru::store::ViewTxn& txn, Generation generation, const Faults& faults,
                         const StringValue& event) {
  const std::string_view key = MaruEventKey(event);
  const std::string_view text = std::string_view(event.value()).substr(key.size() + 1);
  ASSIGN_OR_RETURN(std::optional<std::string> heard, txn.Get(HeardKey(generation, key)));
  txn.Put(HeardKey(generation, key),
          heard.has_value() ? absl::StrCat(*heard, " ", ToAbsl(text)) : std::string(text));
  const auto fault = faults.find(text);
  return fault == faults.end() ? absl::OkStatus() : fault->second;
}

inline Policies HearingPolicies(const Faults& faults) {
  Policies policies;
  policies.Event<StringValue>(
      "producer", [&faults](maru::store::Txn& txn, const event::v1::Event&,
                            const StringValue& event) { return Hear(txn, 0, faults, event); });
  return policies;
}

// A deployment that listens, as policies.
class Consumer {
 public:
  Consumer(async::ManualExecutor& executor, MemoryBus& bus,
           std::string deployment = "datecourse-consumer")
      : executor_(executor),
        bus_(bus),
        deployment_(std::move(deployment)),
        store_(executor, deployment_, "datecourse.consumer") {
    options_.deployment = deployment_;
    options_.member = deployment_ + "/1";
    options_.id.name = "policies";
    Start();
  }

  void Start() {
    const Routes routes = Routes::Of("datecourse", HearingPolicies(faults_));
    applied_ = std::make_unique<Applied>(executor_, routes.topics());
    subscriber_ = std::make_unique<Subscriber>(environment(), options_, routes, *applied_);
    subscriber_->Start();
  }
  void Stop() {
    subscriber_.reset();
    applied_.reset();
    registry_ = std::make_unique<prometheus::Registry>();
  }
  void Crash() {
    Stop();
    store_.Crash();
    store_.Reopen();
    Start();
  }

  // "" when nothing was heard.
  std::string Heard(std::string_view key, Generation generation = 0) {
    auto heard = maru::store::RunOn(executor_, store_->Read([&](maru::store::Reader& reader) {
      return reader.Get(HeardKey(generation, key));
    }));
    MARU_CHECK(heard.ok());
    return heard->value_or("");
  }
  std::vector<ParkedRow> Parked() {
    auto rows = maru::store::RunOn(executor_, store_->Read([](maru::store::Reader& reader) {
      return kParkedEvents.Scan(reader, {});
    }));
    MARU_CHECK(rows.ok());
    std::vector<ParkedRow> parked;
    for (auto& row : *rows) {
      auto& [name, generation, topic, number, key, sequence] = row.key;
      parked.push_back({{{topic, number}, key, sequence}, std::move(row.value)});
    }
    return parked;
  }

  Environment environment() { return {executor_, random_, *store_, bus_, journal_, *registry_}; }
  maru::store::TestStore& store() { return store_; }
  Subscriber& subscriber() { return *subscriber_; }
  Applied& applied() { return *applied_; }
  TestJournal& journal() { return journal_; }
  Faults& faults() { return faults_; }
  SubscriberOptions& options() { return options_; }

 private:
  async::ManualExecutor& executor_;
  MemoryBus& bus_;
  const std::string deployment_;
  maru::store::SeededRandom random_;
  TestJournal journal_;
  Faults faults_;
  std::unique_ptr<prometheus::Registry> registry_ = std::make_unique<prometheus::Registry>();
  maru::store::TestStore store_;
  SubscriberOptions options_;
  std::unique_ptr<Applied> applied_;
  std::unique_ptr<Subscriber> subscriber_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_EVENTS_TESTING_H_
