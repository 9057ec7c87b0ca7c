// Command: a transaction on its way through the writer. Lives in the frame that awaits it.
#ifndef MARU_COMMON_STORE_COMMAND_H_
#define MARU_COMMON_STORE_COMMAND_H_

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call_context.h"
#include "common/rpc/replay.h"
#include "common/store/transaction.h"
#include "common/store/work_queue.h"

namespace maru::store {

// What became of a group's write, or of the store before it.
enum class Fate { kDurable, kDiskFull, kStoreFailed };

class Command : public Work {
 public:
  // --- Executor's thread ---

  // OK: the function ran (or its first result was found) and what it decided on is durable: its
  // own result stands. Else the store's error.
  absl::Status outcome() const;
  // What the command published.
  const event::v1::Position& published() const { return published_; }

  // --- Writer's thread ---

  const rpc::CallContext* call() const { return call_; }
  // Runs in `txn` and ends it: kept, or rolled back.
  void Execute(Transaction& txn, absl::Duration idempotency_ttl);
  // The result holds only if the group's write succeeds: the command wrote, or may have read what
  // others of the group wrote.
  void SetProvisional(bool provisional) { provisional_ = provisional; }
  // The group's write ended so; or, for a command that could not run, the store has failed.
  void Settle(Fate fate) {
    if (provisional_) fate_ = fate;
  }

 protected:
  // `call` may be null: nothing is recorded.
  explicit Command(const rpc::CallContext* call);
  ~Command() = default;

  // Runs the function and keeps its result.
  virtual absl::Status Run(Txn& txn) = 0;
  // Of a command with a call: the kept result, which is a success, as bytes.
  virtual std::string EncodeReply() const;
  // Of a command with a call: takes a recorded result for its own. DATA_LOSS: it cannot be decoded.
  virtual absl::Status TakeRecorded(rpc::Recorded recorded);

 private:
  absl::Status RunOrReplay(Transaction& txn, const rpc::IdempotencyKey& key,
                           absl::Duration idempotency_ttl);

  const rpc::CallContext* const call_;
  // What the call published before; the writer may not look at the call for it.
  event::v1::Position published_before_;
  event::v1::Position published_;
  // Statuses are not shared between threads: the executor makes that of a failed write itself.
  Fate fate_ = Fate::kDurable;
  absl::Status error_;
  bool provisional_ = false;
};

// `Fn(Txn&)` -> absl::StatusOr<R>, R a protobuf message.
template <class Fn>
class TypedCommand final : public Command {
 public:
  using Result = std::invoke_result_t<Fn&, Txn&>;
  using Reply = typename Result::value_type;

  TypedCommand(const rpc::CallContext& call, Fn& fn) : Command(&call), fn_(fn) {}
  // Once outcome() is OK.
  Result TakeResult() { return *std::move(result_); }

 protected:
  absl::Status Run(Txn& txn) override {
    result_.emplace(fn_(txn));
    return result_->status();
  }
  std::string EncodeReply() const override { return (*result_)->SerializeAsString(); }
  absl::Status TakeRecorded(rpc::Recorded recorded) override {
    if (!recorded.status.ok()) {
      result_.emplace(std::move(recorded.status));
      return absl::OkStatus();
    }
    Reply reply;
    if (!reply.ParseFromString(recorded.reply)) return absl::DataLossError("undecodable reply");
    result_.emplace(std::move(reply));
    return absl::OkStatus();
  }

 private:
  Fn& fn_;
  std::optional<Result> result_;
};

// `Fn(Txn&)` -> absl::Status; belongs to no call.
template <class Fn>
class PlainCommand final : public Command {
 public:
  explicit PlainCommand(Fn& fn) : Command(nullptr), fn_(fn) {}
  absl::Status TakeResult() { return std::move(result_); }

 protected:
  absl::Status Run(Txn& txn) override { return result_ = fn_(txn); }

 private:
  Fn& fn_;
  absl::Status result_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_COMMAND_H_
