#include "common/store/command.h"

#include "common/base/status.h"
#include "common/store/idempotency.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

Command::Command(const rpc::CallContext* call) : call_(call) {
  if (call != nullptr && call->idempotency.has_value()) published_before_ = call->published();
}

std::string Command::EncodeReply() const {
  MARU_CHECK(call_ == nullptr);
  return {};
}

absl::Status Command::TakeRecorded(rpc::Recorded) {
  MARU_CHECK(call_ == nullptr);
  return absl::OkStatus();
}

void Command::Execute(Transaction& txn, absl::Duration idempotency_ttl) {
  const bool once = call_ != nullptr && call_->idempotency.has_value();
  const absl::Status result =
      once ? RunOrReplay(txn, *call_->idempotency, idempotency_ttl) : Run(txn);
  if (!txn.read_error().ok()) error_ = txn.read_error();
  if (error_.ok() && (result.ok() || txn.refusal_committed())) {
    txn.Keep();
    // A replay has emitted nothing: what its first run published stays.
    if (call_ != nullptr) published_.MergeFrom(txn.published());
  } else {
    txn.RollBack();
  }
}

absl::Status Command::RunOrReplay(Transaction& txn, const rpc::IdempotencyKey& key,
                                  absl::Duration idempotency_ttl) {
  absl::StatusOr<std::optional<rpc::Recorded>> recorded = FindRecorded(txn, key, txn.Now());
  if (!recorded.ok()) return error_ = recorded.status();
  if (recorded->has_value()) {
    published_ = (*recorded)->position;
    return error_ = TakeRecorded(**std::move(recorded));
  }
  absl::Status result = Run(txn);
  if (!result.ok() && !txn.refusal_committed()) return result;
  rpc::Recorded first;
  first.status = result;
  if (result.ok()) first.reply = EncodeReply();
  first.position = published_before_;
  first.position.MergeFrom(txn.published());
  Record(txn, key, first, txn.Now() + idempotency_ttl);
  return result;
}

absl::Status Command::outcome() const {
  switch (fate_) {
    case Fate::kDurable:
      return error_;
    case Fate::kDiskFull:
      return options::v1::errors::DiskFull();
    case Fate::kStoreFailed:
      return options::v1::errors::StoreFailed();
  }
  MARU_CHECK(false);
}

}  // namespace maru::store
