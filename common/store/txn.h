// Reader, ViewTxn and Txn: what code sees of the store.
//
//   Reader   reads one fixed state.
//   ViewTxn  + writes. What a view gets: no Emit, no ids, no timers, so that it can be rebuilt from
//   the log. Txn      + events and ids. What commands and policies get.
//
// A transaction function runs alone, in full order, on the writer's thread: it has no side effects
// besides its Txn, takes no locks and does no I/O of its own. It may run zero times (its caller is
// gone) or once.
#ifndef MARU_COMMON_STORE_TXN_H_
#define MARU_COMMON_STORE_TXN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "common/store/backend.h"
#include "google/protobuf/message.h"

namespace maru::store {

// Business code uses it through Table and Index (table.h).
class Reader {
 public:
  virtual ~Reader() = default;
  // DATA_LOSS, or the engine's failure. On a Reader of Store::Read also UNAVAILABLE, which means
  // "run me again where the disk may be read": hand every error on.
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) = 0;
  virtual std::unique_ptr<Cursor> Scan(const KeyRange& range, Direction direction) = 0;
};

class ViewTxn : public Reader {
 public:
  virtual void Put(std::string_view key, std::string value) = 0;
  virtual void Delete(std::string_view key) = 0;
};

// Why a change happens: goes into the envelope of what it emits.
struct Cause {
  std::string actor;
  std::string traceparent;
  std::string request_id;
  // The event's id or the request_id that caused this.
  std::string causation_id;

  static Cause Of(const rpc::CallContext& call);
};

class Txn : public ViewTxn {
 public:
  // Fixed per transaction; never before that of an earlier transaction, whatever the clock does.
  virtual absl::Time Now() const = 0;
  // UUIDv7; later ones sort after earlier ones, across restarts and clock jumps.
  virtual std::string NewId() = 0;

  // Publishes `event` if and only if this transaction commits, in commit order (outbox). E is an
  // event of this context's contract: key and correlation id come from its options.
  template <class E>
  void Emit(const E& event) {
    EmitEncoded(event.GetDescriptor()->full_name(), MaruEventKey(event),
                MaruEventCorrelationId(event), event.SerializeAsString());
  }

  // Runs `fn`; when it returns an error nothing of what it wrote or emitted remains.
  virtual absl::Status Attempt(const std::function<absl::Status()>& fn) = 0;

  // The cause of what is emitted from here on. Set by Store::Transact and by the subscriber.
  virtual void SetCause(Cause cause) = 0;

  // Commits the writes although the function returns an error, and records the refusal under the
  // call's request_id: for refusals that leave a row (domain.md, "Commands are idempotent").
  virtual void CommitRefusal() = 0;

 protected:
  virtual void EmitEncoded(std::string_view type, std::string_view key,
                           std::string_view correlation_id, std::string data) = 0;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TXN_H_
