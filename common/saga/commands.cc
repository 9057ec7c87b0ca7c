// The side of those who wait: beginning, joining and canceling.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/saga/flight.h"
#include "common/saga/outcome.h"
#include "common/saga/sagas.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::saga {

using async::Task;
using maru::store::Txn;

Task<absl::StatusOr<std::string>> Sagas::Run(const rpc::CallContext& call, const Declaration& saga,
                                             const Begin& begin) {
  const Instant until = call.deadline - options_.margin;
  while (true) {
    Begun begun;
    CO_RETURN_IF_ERROR(co_await env_.store.Apply(
        [&](Txn& txn) { return BeginOrJoin(txn, call, saga, begin, begun); }));
    if (begun.recorded.has_value()) {
      call.Published(begun.recorded->position);
      if (!begun.recorded->status.ok()) co_return begun.recorded->status;
      co_return std::move(begun.recorded->reply);
    }
    const bool fresh = begun.row != nullptr;
    const std::shared_ptr<Flight> flight =
        Launch(saga, begun.id, *begun.record, std::move(begun.row));
    const uint64_t seen = fresh ? 0 : flight->told;
    if (!fresh && flight->resting) {
      flight->asked = true;
      flight->changed.NotifyAll();
    }
    absl::StatusOr<std::string> result = co_await Await(call, flight, seen);
    // "A request_id whose row was REJECTED without a refusal starts a new row" (domain.md).
    const bool again = !fresh && flight->has_ended() &&
                       flight->saga.state_of(*flight->row) == State::kRejected &&
                       !IsResult(flight->reason());
    if (!again || env_.executor.Now() >= until) co_return result;
  }
}

Task<absl::StatusOr<std::string>> Sagas::Await(const rpc::CallContext& call,
                                               std::shared_ptr<Flight> flight, uint64_t seen) {
  const Instant until = call.deadline - options_.margin;
  while (!flight->has_ended() && flight->told == seen && env_.executor.Now() < until) {
    co_await flight->changed.WaitUntil(until);
  }
  if (flight->has_ended()) {
    call.Published(flight->call.published());
    if (flight->saga.state_of(*flight->row) == State::kDone) {
      co_return flight->saga.show(*flight->row);
    }
    if (IsResult(flight->reason())) co_return ResultOf(flight->record, flight->id);
  }
  if (flight->told == seen) co_return options::v1::errors::OutcomePending(flight->id);
  if (flight->answer.ok()) co_return flight->saga.show(*flight->row);
  co_return WithRowId(flight->answer, flight->id);
}

Task<absl::Status> Sagas::Cancel(const rpc::CallContext& call, const Declaration& saga,
                                 std::string id, const Check& check) {
  MARU_CHECK(saga.cancelable());
  std::optional<disk::Saga> record;
  CO_RETURN_IF_ERROR(co_await env_.store.Apply([&](Txn& txn) -> absl::Status {
    ASSIGN_OR_RETURN(record, kSagas.Get(txn, saga.name, id));
    if (!record.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::unique_ptr<Message> row, saga.load(txn, id));
    if (row == nullptr) return options::v1::errors::DataLoss(absl::StrCat("row ", id));
    RETURN_IF_ERROR(check(*row));
    if (record->phase() != disk::PHASE_FORWARD) return absl::OkStatus();
    record->set_phase(disk::PHASE_UNDOING);
    record->set_reason(disk::REASON_CANCELED);
    kSagas.Put(txn, saga.name, id, *record);
    return absl::OkStatus();
  }));
  if (!record.has_value()) co_return absl::OkStatus();
  const std::shared_ptr<Flight> flight = Launch(saga, id, *record, nullptr);
  if (flight->record.phase() == disk::PHASE_FORWARD) flight->record = *record;
  flight->asked = true;
  flight->changed.NotifyAll();
  const Instant until = call.deadline - options_.margin;
  while (!flight->has_ended() && env_.executor.Now() < until) {
    co_await flight->changed.WaitUntil(until);
  }
  if (!flight->has_ended()) co_return options::v1::errors::OutcomePending(id);
  co_return absl::OkStatus();
}

}  // namespace maru::saga
