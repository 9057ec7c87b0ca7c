#include "common/events/handle.h"

#include <utility>

#include "common/base/status.h"
#include "maru/event/v1/event.pb.h"

namespace maru::events {

namespace {

maru::store::Cause CauseOf(const event::v1::Event& event) {
  maru::store::Cause cause;
  cause.actor = event.actor();
  cause.traceparent = event.traceparent();
  cause.request_id = event.request_id();
  cause.causation_id = event.id();
  return cause;
}

}  // namespace

absl::StatusOr<Handled> Handle(maru::store::Txn& txn, const Routes& routes,
                               const EventRecord& record, bool fails) {
  event::v1::Event event;
  if (!event.ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
    return absl::InvalidArgumentError("the record is no event envelope");
  }
  // The partition and the order of the record were decided by these two.
  if (event.key() != record.key || event.sequence() != record.sequence) {
    return absl::InvalidArgumentError("the envelope has another key or sequence than its record");
  }
  const Routes::Handler* handler = routes.Find(record.topic, event.type());
  if (handler == nullptr) return Handled::kUnknownType;
  txn.SetCause(CauseOf(event));
  absl::Status handled = txn.Attempt([&]() -> absl::Status {
    RETURN_IF_ERROR((*handler)(txn, event));
    return fails ? absl::AbortedError("fails without need, as any event may") : absl::OkStatus();
  });
  if (!handled.ok()) return handled;
  return Handled::kApplied;
}

bool IsInfrastructure(const absl::Status& failure) {
  switch (failure.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInternal:
      return true;
    default:
      return false;
  }
}

}  // namespace maru::events
