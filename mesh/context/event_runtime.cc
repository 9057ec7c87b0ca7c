#include "mesh/context/event_runtime.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "common/events/admin.h"
#include "mesh/context/context_config.h"

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
      deployment_(DeploymentOf(options_.system, options_.context)),
      // A deployment that is started again is a new member: its old assignment ends with its
      // session.
      member_(absl::StrFormat("%s-%016x", deployment_, environment.random.Next())),
      relay_(environment_, {.topic = TopicOf(options_.system, options_.context)}) {
  if (!policies.by_context().empty()) {
    events::Routes routes = events::Routes::Of(options_.system, policies);
    policies_applied_ = std::make_unique<events::Applied>(environment_.executor, routes.topics());
    events::SubscriberOptions subscriber = SubscriberOptionsOf();
    subscriber.id = {.name = "policies"};
    policies_ = std::make_unique<events::Subscriber>(environment_, std::move(subscriber),
                                                     std::move(routes), *policies_applied_);
  }
  if (!view.by_context().empty()) {
    events::ViewOptions view_options;
    view_options.system = options_.system;
    view_options.tables = options_.view_tables;
    view_options.subscriber = SubscriberOptionsOf();
    view_ = std::make_unique<events::ViewRunner>(environment_, std::move(view_options), view);
  }
}

events::SubscriberOptions EventRuntime::SubscriberOptionsOf() const {
  events::SubscriberOptions options;
  options.deployment = deployment_;
  options.member = member_;
  options.retry.attempts = options_.config.attempts();
  options.max_records = options_.config.max_records();
  options.max_bytes = options_.config.max_bytes();
  return options;
}

async::Task<absl::Status> EventRuntime::Start() {
  relay_.Start();
  if (policies_ != nullptr) {
    CO_RETURN_IF_ERROR(co_await policies_applied_->Load(environment_.store, policies_->id()));
    policies_->Start();
  }
  if (view_ != nullptr) CO_RETURN_IF_ERROR(co_await view_->Open());
  co_return absl::OkStatus();
}

async::Task<absl::Status> EventRuntime::WaitFor(const rpc::CallContext& call) {
  if (policies_applied_ != nullptr) CO_RETURN_IF_ERROR(co_await policies_applied_->WaitFor(call));
  if (view_ != nullptr) CO_RETURN_IF_ERROR(co_await view_->WaitFor(call));
  co_return absl::OkStatus();
}

async::Task<void> EventRuntime::StopSubscriptions() {
  if (policies_ != nullptr) {
    co_await policies_->Pause();
    policies_.reset();
  }
  if (view_ != nullptr) {
    for (events::Subscriber* copy : view_->subscribers()) co_await copy->Pause();
    view_.reset();
  }
}

std::unique_ptr<rpc::Service> EventRuntime::MakeAdmin() {
  return std::make_unique<events::Admin>(events::Admin::Parts{.executor = environment_.executor,
                                                              .random = environment_.random,
                                                              .store = environment_.store,
                                                              .relay = relay_,
                                                              .policies = policies_.get(),
                                                              .view = view_.get()},
                                         deployment_, TopicOf(options_.system, options_.context));
}

}  // namespace maru::mesh
