// What is stored of a saga that has not ended, and the transactions that change it. The rows of the
// context change in the same transactions.
#ifndef MARU_COMMON_SAGA_RECORDS_H_
#define MARU_COMMON_SAGA_RECORDS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call_context.h"
#include "common/rpc/replay.h"
#include "common/saga/declaration.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "common/store/txn.h"
#include "maru/saga/store/v1/saga_store.pb.h"

namespace maru::saga {

namespace disk = store::v1;

// Name of the declaration, id of the row.
inline constexpr maru::store::Table<disk::Saga, std::string, std::string> kSagas(
    maru::store::kSagaTable, "sagas");
// Principal, method, request_id.
inline constexpr maru::store::Table<disk::Request, std::string, std::string, std::string> kRequests(
    maru::store::kSagaRequestTable, "requests of sagas");

// Makes the new row, with its id; an error: nothing is stored.
using Begin = std::function<absl::StatusOr<std::unique_ptr<Message>>(maru::store::Txn&)>;

// What a command found, or began. One of `recorded` and `record` is there.
struct Begun {
  // The first result of the command.
  std::optional<rpc::Recorded> recorded;
  std::string id;
  std::optional<disk::Saga> record;
  // The new row; null when the saga was there before.
  std::unique_ptr<Message> row;
};

// Finds what the request_id of `call` began before, or begins a saga: the row as PENDING and its
// record. INVALID_ARGUMENT/REQUEST_ID_REUSED; errors of `begin` and of the store.
absl::Status BeginOrJoin(maru::store::Txn& txn, const rpc::CallContext& call,
                         const Declaration& saga, const Begin& begin, Begun& begun);

// A saga after a transition. It has ended when `row` is no longer PENDING: then its record is gone.
struct Advanced {
  disk::Saga record;
  std::unique_ptr<Message> row;
  // The transition did not apply: the decision to compensate had been made. Nothing has changed.
  bool raced = false;
};

// Commits the answer of the step under way. `effect_refused`: the row's own rules said no (its
// status is in `refused`); nothing has changed.
absl::Status CommitAnswer(maru::store::Txn& txn, const Declaration& saga, const std::string& id,
                          const Effect& effect, const event::v1::Position& published,
                          Advanced& advanced, std::optional<absl::Status>& refused);

// Why and from where to compensate.
struct Decision {
  Reason reason;
  // Of kRefused.
  disk::Refusal refusal;
  // The last step that may have taken effect; -1: none.
  int undo_from = -1;
};

// Commits the decision to compensate; ends the saga when there is nothing to undo.
absl::Status CommitDecision(maru::store::Txn& txn, const Declaration& saga, const std::string& id,
                            const Decision& decision, Advanced& advanced);

// Everything is undone: the row becomes REJECTED.
absl::Status CommitUndone(maru::store::Txn& txn, const Declaration& saga, const std::string& id,
                          Advanced& advanced);

// Whether any step up to `from` can be undone.
bool HasUndo(const Declaration& saga, int from);
// Whether a REJECTED of this reason is the result of its command, to be recorded. Else the same
// request_id begins anew.
bool IsResult(Reason reason);
// What the command gets that began the saga `record` with such a reason.
absl::Status ResultOf(const disk::Saga& record, const std::string& id);

// Whether every saga of a store has ended: holds wherever everybody has been there for long enough.
// INTERNAL names one that has not; errors of the reader.
absl::Status CheckEnded(maru::store::Reader& reader);

disk::Refusal EncodeRefusal(const absl::Status& status);

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_RECORDS_H_
