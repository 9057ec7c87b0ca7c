// Declaration: a saga as data, without its types. Made by Definition (definition.h); read by the
// executor (sagas.h), the verifier (testing/verifier.h) and the diagram (diagram.h).
#ifndef MARU_COMMON_SAGA_DECLARATION_H_
#define MARU_COMMON_SAGA_DECLARATION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/txn.h"
#include "google/protobuf/message.h"

namespace maru::saga {

using google::protobuf::Message;

// Where a row stands, as far as its saga is concerned.
enum class State {
  // Waiting for an answer, or being compensated.
  kPending,
  kDone,
  kRejected,
  // What came after the saga.
  kOther,
};

// Why a row becomes REJECTED. Values as in store.v1.Reason.
enum class Reason {
  // A callee, or the row's own rules, said no. The command that began it gets the refusal.
  kRefused = 1,
  // A callee could not be reached and surely did nothing.
  kUnsent = 2,
  // Nobody came back for an unknown outcome in time.
  kTimedOut = 3,
  // The row's owner canceled it.
  kCanceled = 4,
};

// What is done about a call whose outcome is unknown.
enum class OnUnknown {
  // The command's retry asks again; if it does not come in time, the step is undone.
  kUndo,
  // The call itself is repeated until it is answered.
  kAskAgain,
  // Another call asks what became of it, until that is answered.
  kSettle,
};

// What an answer changes, in the transaction that commits it.
using Effect = std::function<absl::Status(maru::store::Txn& txn, Message& row)>;

// One call and what belongs to it. Calls read `row` before they return.
struct StepSpec {
  using Call = std::function<async::Task<absl::StatusOr<Effect>>(const rpc::CallContext& call,
                                                                 const Message& row)>;
  using Undo =
      std::function<async::Task<absl::Status>(const rpc::CallContext& call, const Message& row)>;
  // nullopt: the step has not taken effect and never will.
  using Settle = std::function<async::Task<absl::StatusOr<std::optional<Effect>>>(
      const rpc::CallContext& call, const Message& row)>;

  // "payment.Pay"
  std::string name;
  Call call;
  OnUnknown on_unknown = OnUnknown::kUndo;
  std::string undo_name;
  // Null: there is nothing to undo.
  Undo undo;
  std::string settle_name;
  // Set with kSettle.
  Settle settle;
  // Whether a refusal is the command's result; if not, the saga ends as if the call had not been
  // sent, but undoes an earlier attempt whose outcome is unknown.
  bool can_refuse = true;
  // Whether a row is answered while it is pending; null: none is.
  std::function<bool(const Message& row)> accepted;
};

struct Declaration {
  std::string name;
  std::vector<StepSpec> steps;
  // Names of the row's states.
  std::string pending;
  std::string done;
  std::string rejected;
  // How long an unknown outcome may wait for somebody who comes back; absent: SagaOptions.
  std::optional<absl::Duration> pending_limit;

  // The context's rows. `load`: null when there is none.
  std::function<absl::StatusOr<std::unique_ptr<Message>>(maru::store::Reader&, std::string_view)>
      load;
  std::function<void(maru::store::ViewTxn&, const Message&)> put;
  std::function<std::string(const Message&)> id_of;
  std::function<State(const Message&)> state_of;
  std::function<void(Message&, State)> set_state;
  // The serialised reply of the command.
  std::function<std::string(const Message&)> show;
  // Null: nothing more to change.
  std::function<void(maru::store::Txn&, Message&, Reason)> on_rejected;

  // Whether every step can be undone while its outcome is unknown, so that an owner may cancel.
  bool cancelable() const {
    for (const StepSpec& step : steps) {
      if (step.on_unknown != OnUnknown::kUndo) return false;
    }
    return true;
  }
};

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_DECLARATION_H_
