#include "mesh/context/event_runtime.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace maru::mesh {

void LogJournal::Warn(std::string_view where, std::string_view what, const absl::Status& why) {
  logger_.Warning(what, {{"where", where}, {"status", why.ToString()}});
}

void LogJournal::Error(std::string_view where, std::string_view what, const absl::Status& why) {
  logger_.Error(what, {{"where", where}, {"status", why.ToString()}});
}

EventRuntime::EventRuntime(Options options, events::Environment environment,
                           const events::Policies& policies, const events::View& view)
    : options_(std::move(options)),
      environment_(environment),
      // A deployment that is started again is a new member: its old assignment ends with its
      // session.
      member_(absl::StrFormat("%s-%016x", options_.deployment, environment.random.Next())),
      relay_(environment_, {.topic = options_.topic}) {
  if (!policies.by_context().empty()) {
    Add({.name = "policies"}, events::Routes::Of(options_.system, policies));
  }
  if (!view.by_context().empty()) {
    constexpr events::Generation kFirst = 1;
    Add({.name = "view", .generation = kFirst}, events::Routes::Of(options_.system, view, kFirst));
  }
}

void EventRuntime::Add(events::SubscriptionId id, events::Routes routes) {
  events::SubscriberOptions options;
  options.deployment = options_.deployment;
  options.member = member_;
  options.id = std::move(id);
  options.retry.attempts = options_.config.attempts();
  options.max_records = options_.config.max_records();
  options.max_bytes = options_.config.max_bytes();
  Consumer consumer;
  consumer.applied = std::make_unique<events::Applied>(environment_.executor, routes.topics());
  consumer.subscriber = std::make_unique<events::Subscriber>(environment_, std::move(options),
                                                             std::move(routes), *consumer.applied);
  consumers_.push_back(std::move(consumer));
}

async::Task<absl::Status> EventRuntime::Load() {
  for (const Consumer& consumer : consumers_) {
    CO_RETURN_IF_ERROR(
        co_await consumer.applied->Load(environment_.store, consumer.subscriber->id()));
  }
  co_return absl::OkStatus();
}

void EventRuntime::Start() {
  relay_.Start();
  for (const Consumer& consumer : consumers_) consumer.subscriber->Start();
}

async::Task<absl::Status> EventRuntime::WaitFor(const rpc::CallContext& call) {
  for (const Consumer& consumer : consumers_) {
    CO_RETURN_IF_ERROR(co_await consumer.applied->WaitFor(call));
  }
  co_return absl::OkStatus();
}

async::Task<void> EventRuntime::StopSubscriptions() {
  for (Consumer& consumer : consumers_) {
    co_await consumer.subscriber->Pause();
    consumer.subscriber.reset();
  }
}

}  // namespace maru::mesh
