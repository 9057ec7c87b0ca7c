// Transaction: the Txn that the writer hands to a function, over the overlay of the running group.
#ifndef MARU_COMMON_STORE_TRANSACTION_H_
#define MARU_COMMON_STORE_TRANSACTION_H_

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "common/events/partition.h"
#include "common/store/ids.h"
#include "common/store/overlay.h"
#include "common/store/txn.h"

namespace maru::store {

// Who emits, as events carry it. Constant.
struct Producer {
  std::string deployment;
  std::string topic;
  uint64_t epoch = 0;
};

// What the writer carries from transaction to transaction.
struct WriterState {
  Producer producer;
  std::shared_ptr<const Snapshot> base;
  Overlay overlay;
  IdSource ids;
  // Time of the last transaction.
  absl::Time time = absl::UnixEpoch();
  // Last event sequence, given out in order of commit.
  uint64_t sequence = 0;
};

// Last sequence that was emitted to each partition; 0: none.
using PublishedSequences = std::array<uint64_t, events::kPartitions>;

// Not thread-safe; lives while its function runs.
class Transaction final : public Txn {
 public:
  // `call` may be null; where it is not, causes of events are taken from it. Both outlive the
  // transaction.
  Transaction(WriterState& state, const rpc::CallContext* call, absl::Time now);

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override;
  std::unique_ptr<Cursor> Scan(const KeyRange& range, Direction direction) override;
  void Put(std::string_view key, std::string value) override;
  void Delete(std::string_view key) override;
  absl::Time Now() const override { return now_; }
  std::string NewId() override { return state_.ids.Next(now_); }
  absl::Status Attempt(const std::function<absl::Status()>& fn) override;
  void SetCause(Cause cause) override { cause_ = std::move(cause); }
  void CommitRefusal() override { refusal_committed_ = true; }

  // The first error of a read. A function that overlooked it decided on half of the truth: its
  // transaction must not commit.
  const absl::Status& read_error() const { return read_error_; }
  bool refusal_committed() const { return refusal_committed_; }
  // The last sequence of each partition that it emitted to.
  event::v1::Position published() const;

  // Ends the transaction: its changes become part of the group's, or vanish.
  void Keep() { state_.overlay.Keep(); }
  void RollBack();

 protected:
  void EmitEncoded(std::string_view type, std::string_view key, std::string_view correlation_id,
                   std::string data) override;

 private:
  WriterState& state_;
  const rpc::CallContext* const call_;
  const absl::Time now_;
  const uint64_t first_sequence_;
  std::optional<Cause> cause_;
  PublishedSequences published_{};
  absl::Status read_error_;
  bool refusal_committed_ = false;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TRANSACTION_H_
