// Sagas: runs the sagas of a context.
//
//   auto& place_order = sagas.Add(PlaceOrder(products, payments));   // at wiring
//   co_return co_await place_order.Run(call, [&](store::Txn& txn) -> absl::StatusOr<disk::Order> {
//     return Place(request, call.identity->subject, txn.Now(), txn.NewId());
//   });
//
// Every saga has one driver, a coroutine of this object; callers only wait for it. So the saga goes
// on when its caller is gone, and after a restart when nobody was ever there. What is not durable
// is never acted upon: PENDING before the first call, an answer before the next call, the decision
// to compensate before the first compensation, the end before the reply.
//
// Executor's thread only. Destroying it at any moment is like a crash; nobody may be waiting in Run
// or Cancel then.
#ifndef MARU_COMMON_SAGA_SAGAS_H_
#define MARU_COMMON_SAGA_SAGAS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/scope.h"
#include "common/async/task.h"
#include "common/base/status.h"
#include "common/rpc/call_context.h"
#include "common/saga/definition.h"
#include "common/saga/environment.h"
#include "common/saga/metrics.h"
#include "common/saga/records.h"

namespace maru::saga {

struct SagaOptions {
  // How long an unknown outcome may wait for somebody who comes back (domain.md, "Sync call
  // contract"); counted from the beginning of the saga.
  absl::Duration pending_limit = absl::Seconds(30);
  // Of one attempt of a call; the contract's own deadline is usually shorter. Never the caller's:
  // a caller in a hurry does not make outcomes unknown.
  absl::Duration attempt_timeout = absl::Seconds(5);
  // Pauses between attempts that nobody waits for: doubling, with jitter. A longer delay that the
  // callee asks for is kept, up to max_retry.
  absl::Duration initial_retry = absl::Milliseconds(500);
  absl::Duration max_retry = absl::Seconds(10);
  // Kept back of the caller's deadline, so that the answer still gets out.
  absl::Duration margin = absl::Milliseconds(20);
};

template <class Row, class Reply>
class Saga;

class Sagas {
 public:
  Sagas(Environment environment, SagaOptions options);
  ~Sagas();

  // Before Start. The handle lives as long as this object.
  template <class Row, class Reply>
  Saga<Row, Reply>& Add(const Definition<Row, Reply>& definition);

  // Goes on with what is stored. Before the first command. FAILED_PRECONDITION: a saga is stored
  // that is not declared. Errors of the store.
  async::Task<absl::Status> Start();

  // Sagas that have not ended.
  size_t running() const { return flights_.size(); }
  std::vector<const Declaration*> declarations() const;

  // What Saga does, without types: the serialised reply.
  async::Task<absl::StatusOr<std::string>> Run(const rpc::CallContext& call,
                                               const Declaration& saga, const Begin& begin);
  using Check = std::function<absl::Status(const Message& row)>;
  async::Task<absl::Status> Cancel(const rpc::CallContext& call, const Declaration& saga,
                                   std::string id, const Check& check);

 private:
  // A saga that has not ended, as its driver and those who wait know it.
  struct Flight;
  struct Answer;
  struct Kept {
    Declaration declaration;
    std::shared_ptr<void> handle;
  };
  // Declaration's name, row's id: ids grow with time, so the first of a name is its oldest.
  using Key = std::pair<std::string, std::string>;

  Kept& Keep(Declaration declaration);
  // Begins to drive; or what drives it already.
  std::shared_ptr<Flight> Launch(const Declaration& saga, const std::string& id,
                                 const disk::Saga& record, std::unique_ptr<Message> row);
  async::Task<void> Drive(std::shared_ptr<Flight> flight);
  async::Task<void> LoadRow(Flight& flight);
  // The step under way: a pause, or an attempt and what follows from it.
  async::Task<void> GoForward(Flight& flight);
  // Until another attempt is worth while, or there is no time left for it.
  async::Task<void> Rest(Flight& flight, const StepSpec& step);
  async::Task<Answer> Ask(Flight& flight, const StepSpec& step);
  async::Task<void> Undo(Flight& flight);

  // One transaction, repeated until the store has decided it.
  async::Task<void> Answered(Flight& flight, const Effect& effect);
  // The saga ends without a result; those who wait are told `why`.
  async::Task<void> GiveUp(Flight& flight, absl::Status why, int undo_from);
  async::Task<void> Decide(Flight& flight, Decision decision);
  async::Task<void> Undone(Flight& flight);
  template <class Fn>
  async::Task<void> Persist(Flight& flight, bool recorded, Fn transition, Advanced& advanced);
  // Takes over what was committed.
  void Advance(Flight& flight, Advanced advanced);

  // A failed attempt: when the next one is due.
  void Postpone(Flight& flight, const absl::Status& status);
  // A compensation that was not acknowledged, for the log.
  void Complain(const Flight& flight, const StepSpec& step, const absl::Status& status);
  async::Task<absl::StatusOr<std::string>> Await(const rpc::CallContext& call,
                                                 std::shared_ptr<Flight> flight, uint64_t seen);
  void UpdateGauges(const Declaration& saga);

  const Environment env_;
  const SagaOptions options_;
  absl::btree_map<std::string, std::unique_ptr<Kept>> declarations_;
  absl::btree_map<std::string, SagaMetrics> metrics_;
  absl::btree_map<Key, std::shared_ptr<Flight>> flights_;
  async::Scope scope_;
};

// A declared saga. Made by Sagas::Add.
template <class Row, class Reply>
class Saga {
 public:
  Saga(Sagas& sagas, const Declaration& declaration) : sagas_(sagas), declaration_(declaration) {}

  // The command `call` begins the saga of the row that `begin(Txn&)` -> absl::StatusOr<Row> makes
  // (with its id; its state is set), or, repeated with the same request_id, joins what it began;
  // and waits for the end. Nothing is stored when `begin` refuses. The row as it is then, or:
  //
  //   the refusal of a callee                   the row is REJECTED; recorded
  //   FAILED_PRECONDITION/CANCELED_WHILE_PENDING  its owner canceled it; recorded
  //   UNAVAILABLE, with RetryInfo and the id in ErrorInfo
  //                                             the outcome is unknown: the same request_id goes
  //                                             on; or it was not done and will not be: the same
  //                                             request_id begins anew
  //   INVALID_ARGUMENT/REQUEST_ID_REUSED, RESOURCE_EXHAUSTED, errors of `begin`
  template <class Fn>
  async::Task<absl::StatusOr<Reply>> Run(const rpc::CallContext& call, Fn begin) {
    const Begin erased =
        [&begin](maru::store::Txn& txn) -> absl::StatusOr<std::unique_ptr<Message>> {
      ASSIGN_OR_RETURN(Row row, begin(txn));
      return std::make_unique<Row>(std::move(row));
    };
    CO_ASSIGN_OR_RETURN(const std::string encoded, co_await sagas_.Run(call, declaration_, erased));
    absl::StatusOr<Reply> reply(absl::in_place);
    MARU_CHECK(reply->ParseFromString(encoded));
    co_return reply;
  }

  // If the row `id` is PENDING: commits the decision to compensate and waits for REJECTED; OK then.
  // OK also when the row is not PENDING or does not exist: what that means is the command's own
  // rule. `check(const Row&)` -> absl::Status, in the transaction: whether the caller may cancel;
  // its error is returned. UNAVAILABLE/OUTCOME_PENDING: decided, but not done by the deadline. Only
  // for sagas that can be undone at every step.
  template <class Fn>
  async::Task<absl::Status> Cancel(const rpc::CallContext& call, std::string id, Fn check) {
    const Sagas::Check erased = [&check](const Message& row) {
      return check(static_cast<const Row&>(row));
    };
    co_return co_await sagas_.Cancel(call, declaration_, std::move(id), erased);
  }

  const Declaration& declaration() const { return declaration_; }

 private:
  Sagas& sagas_;
  const Declaration& declaration_;
};

template <class Row, class Reply>
Saga<Row, Reply>& Sagas::Add(const Definition<Row, Reply>& definition) {
  Kept& kept = Keep(Declare(definition));
  auto handle = std::make_shared<Saga<Row, Reply>>(*this, kept.declaration);
  kept.handle = handle;
  return *handle;
}

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_SAGAS_H_
