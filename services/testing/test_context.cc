#include "services/testing/test_context.h"

#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/base/strings.h"

namespace maru::testing {

TestContext::TestContext(async::ManualExecutor& executor, std::string_view system,
                         std::string_view name)
    : executor_(executor),
      topic_(absl::StrCat(ToAbsl(system), ".", ToAbsl(name))),
      store_(executor, absl::StrCat(ToAbsl(system), "-", ToAbsl(name)), topic_),
      timers_(saga::Environment{executor, random_, *store_, journal_, registry_},
              saga::TimerOptions{}),
      sagas_(saga::Environment{executor, random_, *store_, journal_, registry_},
             saga::SagaOptions{}) {
  // The store is new: there are no sagas to go on with.
  timers_.Start();
}

std::vector<event::v1::Event> TestContext::Emitted() {
  constexpr size_t kAll = std::numeric_limits<size_t>::max();
  const auto rows = Run(store_->ReadOutbox(emitted_, kAll, kAll));
  MARU_CHECK(rows.ok());
  std::vector<event::v1::Event> events;
  for (const maru::store::OutboxRow& row : *rows) {
    MARU_CHECK(events.emplace_back().ParseFromString(row.event));
    emitted_ = row.sequence;
  }
  return events;
}

absl::Status TestContext::Hear(const event::v1::Event& event) {
  const events::Routes::Handler* handler = routes_.Find(event.source(), event.type());
  if (handler == nullptr) return absl::OkStatus();
  return Run(store_->Apply([&](maru::store::Txn& txn) { return (*handler)(txn, event); }));
}

std::shared_ptr<rpc::Identity> IdentityOf(std::string_view actor) {
  const size_t colon = actor.find(':');
  options::v1::Role role;
  if (colon == actor.npos ||
      !options::v1::Role_Parse(
          absl::StrCat("ROLE_", absl::AsciiStrToUpper(ToAbsl(actor.substr(0, colon)))), &role))
    return nullptr;
  auto identity = std::make_shared<rpc::Identity>();
  const size_t at = actor.find('@');
  identity->subject = std::string(actor.substr(0, at).substr(colon + 1));
  if (at != actor.npos) identity->store_ids = absl::StrSplit(ToAbsl(actor.substr(at + 1)), ',');
  identity->roles.Add(role);
  return identity;
}

rpc::CallContext CallBy(std::string_view actor, std::string request_id,
                        const std::string& request) {
  rpc::CallContext call = maru::store::TestCall(std::move(request_id), request);
  call.identity = IdentityOf(actor);
  MARU_CHECK(call.identity != nullptr);
  call.actor = call.identity->subject;
  if (call.idempotency.has_value()) call.idempotency->principal = call.identity->subject;
  return call;
}

}  // namespace maru::testing
