#include "common/saga/records.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/base/timestamp.h"
#include "common/rpc/error.h"
#include "common/saga/outcome.h"
#include "common/store/idempotency.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::saga {

using maru::store::Txn;

namespace {

absl::StatusOr<disk::Saga> LoadRecord(Txn& txn, const Declaration& saga, const std::string& id) {
  ASSIGN_OR_RETURN(std::optional<disk::Saga> record, kSagas.Get(txn, saga.name, id));
  // Only its driver ends a saga.
  MARU_CHECK(record.has_value());
  return *std::move(record);
}

absl::StatusOr<std::unique_ptr<Message>> LoadRow(Txn& txn, const Declaration& saga,
                                                 const std::string& id) {
  ASSIGN_OR_RETURN(std::unique_ptr<Message> row, saga.load(txn, id));
  if (row == nullptr) {
    return options::v1::errors::DataLoss(absl::StrCat("row ", id, " of saga ", saga.name));
  }
  return row;
}

disk::Origin OriginOf(const rpc::CallContext& call) {
  disk::Origin origin;
  origin.set_principal(call.identity->subject);
  origin.set_method(std::string(call.method));
  origin.set_actor(call.actor);
  origin.set_traceparent(call.trace.Traceparent());
  origin.set_request_id(call.request_id);
  if (call.idempotency.has_value()) origin.set_sha256(call.idempotency->sha256);
  return origin;
}

// Whether the command of `origin` can be repeated.
bool IsRepeatable(const disk::Origin& origin) { return !origin.sha256().empty(); }

void Forget(Txn& txn, const Declaration& saga, const std::string& id, const disk::Saga& record) {
  kSagas.Delete(txn, saga.name, id);
  const disk::Origin& origin = record.origin();
  if (IsRepeatable(origin)) {
    kRequests.Delete(txn, origin.principal(), origin.method(), origin.request_id());
  }
}

absl::Status Reject(Txn& txn, const Declaration& saga, const std::string& id, Advanced& advanced) {
  ASSIGN_OR_RETURN(advanced.row, LoadRow(txn, saga, id));
  saga.set_state(*advanced.row, State::kRejected);
  if (saga.on_rejected) {
    saga.on_rejected(txn, *advanced.row, static_cast<Reason>(advanced.record.reason()));
  }
  saga.put(txn, *advanced.row);
  Forget(txn, saga, id, advanced.record);
  return absl::OkStatus();
}

}  // namespace

absl::Status BeginOrJoin(Txn& txn, const rpc::CallContext& call, const Declaration& saga,
                         const Begin& begin, Begun& begun) {
  begun = {};
  txn.SetCause(maru::store::Cause::Of(call));
  if (call.idempotency.has_value()) {
    const rpc::IdempotencyKey& key = *call.idempotency;
    ASSIGN_OR_RETURN(begun.recorded, maru::store::FindRecorded(txn, key, txn.Now()));
    if (begun.recorded.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::optional<disk::Request> known,
                     kRequests.Get(txn, key.principal, key.method, key.request_id));
    if (known.has_value()) {
      if (known->sha256() != key.sha256 || known->saga() != saga.name) {
        return options::v1::errors::RequestIdReused(key.request_id);
      }
      begun.id = known->id();
      ASSIGN_OR_RETURN(begun.record, LoadRecord(txn, saga, begun.id));
      return absl::OkStatus();
    }
  }
  ASSIGN_OR_RETURN(begun.row, begin(txn));
  begun.id = saga.id_of(*begun.row);
  MARU_CHECK(!begun.id.empty());
  saga.set_state(*begun.row, State::kPending);
  saga.put(txn, *begun.row);
  disk::Saga& record = begun.record.emplace();
  record.set_phase(disk::PHASE_FORWARD);
  *record.mutable_origin() = OriginOf(call);
  *record.mutable_begin_time() = ToTimestamp(txn.Now());
  kSagas.Put(txn, saga.name, begun.id, record);
  if (call.idempotency.has_value()) {
    disk::Request request;
    request.set_saga(saga.name);
    request.set_id(begun.id);
    request.set_sha256(call.idempotency->sha256);
    kRequests.Put(txn, call.idempotency->principal, call.idempotency->method,
                  call.idempotency->request_id, request);
  }
  return absl::OkStatus();
}

absl::Status CommitAnswer(Txn& txn, const Declaration& saga, const std::string& id,
                          const Effect& effect, const event::v1::Position& published,
                          Advanced& advanced, std::optional<absl::Status>& refused) {
  advanced = {};
  refused.reset();
  ASSIGN_OR_RETURN(advanced.record, LoadRecord(txn, saga, id));
  if (advanced.record.phase() != disk::PHASE_FORWARD) {
    advanced.raced = true;
    return absl::AbortedError("compensation was decided");
  }
  ASSIGN_OR_RETURN(advanced.row, LoadRow(txn, saga, id));
  if (absl::Status status = effect(txn, *advanced.row); !status.ok()) {
    if (OutcomeOf(status) == Outcome::kRefused) refused = status;
    return status;
  }
  const uint32_t next = advanced.record.step() + 1;
  advanced.record.set_step(next);
  *advanced.record.mutable_published() = published;
  const bool last = next == saga.steps.size();
  saga.set_state(*advanced.row, last ? State::kDone : State::kPending);
  if (last) {
    Forget(txn, saga, id, advanced.record);
  } else {
    kSagas.Put(txn, saga.name, id, advanced.record);
  }
  saga.put(txn, *advanced.row);
  return absl::OkStatus();
}

absl::Status CommitDecision(Txn& txn, const Declaration& saga, const std::string& id,
                            const Decision& decision, Advanced& advanced) {
  advanced = {};
  ASSIGN_OR_RETURN(advanced.record, LoadRecord(txn, saga, id));
  if (advanced.record.phase() != disk::PHASE_FORWARD) {
    advanced.raced = true;
    return absl::AbortedError("compensation was decided");
  }
  advanced.record.set_phase(disk::PHASE_UNDOING);
  advanced.record.set_reason(static_cast<disk::Reason>(decision.reason));
  if (decision.reason == Reason::kRefused) *advanced.record.mutable_refusal() = decision.refusal;
  if (!HasUndo(saga, decision.undo_from)) return Reject(txn, saga, id, advanced);
  advanced.record.set_step(static_cast<uint32_t>(decision.undo_from));
  kSagas.Put(txn, saga.name, id, advanced.record);
  ASSIGN_OR_RETURN(advanced.row, LoadRow(txn, saga, id));
  return absl::OkStatus();
}

absl::Status CommitUndone(Txn& txn, const Declaration& saga, const std::string& id,
                          Advanced& advanced) {
  advanced = {};
  ASSIGN_OR_RETURN(advanced.record, LoadRecord(txn, saga, id));
  MARU_CHECK(advanced.record.phase() == disk::PHASE_UNDOING);
  return Reject(txn, saga, id, advanced);
}

bool HasUndo(const Declaration& saga, int from) {
  for (int i = 0; i <= from; ++i) {
    if (saga.steps[static_cast<size_t>(i)].undo) return true;
  }
  return false;
}

bool IsResult(Reason reason) { return reason == Reason::kRefused || reason == Reason::kCanceled; }

absl::Status ResultOf(const disk::Saga& record, const std::string& id) {
  if (record.reason() == disk::REASON_CANCELED) {
    return options::v1::errors::CanceledWhilePending(id);
  }
  const disk::Refusal& refusal = record.refusal();
  return rpc::DecodeDetails(static_cast<absl::StatusCode>(refusal.code()), refusal.message(),
                            refusal.details());
}

absl::Status CheckEnded(maru::store::Reader& reader) {
  ASSIGN_OR_RETURN(const auto sagas, kSagas.Scan(reader, {}));
  if (sagas.empty()) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("a saga has not ended: ", sagas.front().value.ShortDebugString()));
}

disk::Refusal EncodeRefusal(const absl::Status& status) {
  disk::Refusal refusal;
  refusal.set_code(static_cast<int>(status.code()));
  refusal.set_message(std::string(ToStd(status.message())));
  refusal.set_details(rpc::EncodeDetails(status));
  return refusal;
}

}  // namespace maru::saga
