#include "common/saga/sagas.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/events/backoff.h"
#include "common/rpc/error.h"
#include "common/saga/flight.h"
#include "common/saga/outcome.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::saga {

using async::Task;
using maru::store::Txn;

namespace {

// A reply that is encoded already, in the shape that Store::Transact records.
struct Encoded {
  std::string bytes;
  const std::string& SerializeAsString() const { return bytes; }
  bool ParseFromString(const std::string& from) {
    bytes = from;
    return true;
  }
};

}  // namespace

struct Sagas::Answer {
  Outcome outcome;
  absl::Status status;
  // Of kDone.
  Effect effect;
  // Settled: the step has not taken effect and never will.
  bool settled = false;
};

Sagas::Sagas(Environment environment, SagaOptions options) : env_(environment), options_(options) {}

Sagas::~Sagas() {
  scope_.CancelAll();  // before what its frames wait for
}

Sagas::Kept& Sagas::Keep(Declaration declaration) {
  MARU_CHECK(!declaration.steps.empty());
  std::unique_ptr<Kept>& slot = declarations_[declaration.name];
  MARU_CHECK(slot == nullptr);
  metrics_.try_emplace(declaration.name, env_.registry, declaration);
  slot = std::make_unique<Kept>(Kept{std::move(declaration), nullptr});
  return *slot;
}

std::vector<const Declaration*> Sagas::declarations() const {
  std::vector<const Declaration*> all;
  for (const auto& [name, kept] : declarations_) all.push_back(&kept->declaration);
  return all;
}

Task<absl::Status> Sagas::Start() {
  CO_ASSIGN_OR_RETURN(const auto stored, co_await env_.store.Read([](maru::store::Reader& reader) {
    return kSagas.Scan(reader, {});
  }));
  for (const auto& [key, record] : stored) {
    const auto& [name, id] = key;
    const auto declared = declarations_.find(name);
    if (declared == declarations_.end()) {
      co_return absl::FailedPreconditionError(
          absl::StrCat("the store has the saga ", name, " of ", id, ", which is not declared"));
    }
    Launch(declared->second->declaration, id, record, nullptr);
  }
  co_return absl::OkStatus();
}

std::shared_ptr<Sagas::Flight> Sagas::Launch(const Declaration& saga, const std::string& id,
                                             const disk::Saga& record,
                                             std::unique_ptr<Message> row) {
  const Key key(saga.name, id);
  if (const auto known = flights_.find(key); known != flights_.end()) return known->second;
  const bool fresh = row != nullptr;
  auto flight = std::make_shared<Flight>(env_, saga, id, record);
  flight->row = std::move(row);
  // Whoever drove it before may have sent the call.
  flight->maybe_sent = !fresh;
  flight->resting = !fresh;
  const absl::Duration limit = saga.pending_limit.value_or(options_.pending_limit);
  const absl::Duration left = FromTimestamp(record.begin_time()) + limit - env_.executor.WallNow();
  // A clock that went back does not make anybody wait longer.
  flight->limit = env_.executor.Now() + std::clamp(left, absl::ZeroDuration(), limit);
  flight->retry_at = env_.executor.Now();
  flights_.emplace(key, flight);
  UpdateGauges(saga);
  scope_.Spawn(Drive(flight));
  return flight;
}

void Sagas::UpdateGauges(const Declaration& saga) {
  SagaMetrics& metrics = metrics_.at(saga.name);
  const auto oldest = flights_.lower_bound(Key(saga.name, std::string()));
  const bool any = oldest != flights_.end() && oldest->first.first == saga.name;
  metrics.oldest_seconds.Set(
      any ? static_cast<double>(oldest->second->record.begin_time().seconds()) : 0);
}

Task<void> Sagas::Drive(std::shared_ptr<Flight> flight) {
  SagaMetrics& metrics = metrics_.at(flight->saga.name);
  metrics.pending.Increment();
  if (flight->row == nullptr) co_await LoadRow(*flight);
  while (!flight->has_ended() && flight->record.phase() == disk::PHASE_FORWARD) {
    co_await GoForward(*flight);
  }
  if (!flight->has_ended()) {
    metrics.compensating.Increment();
    co_await Undo(*flight);
    metrics.compensating.Decrement();
  }
  metrics.pending.Decrement();
  metrics.Ended(flight->saga.state_of(*flight->row), flight->reason());
  flights_.erase(Key(flight->saga.name, flight->id));
  UpdateGauges(flight->saga);
  flight->changed.NotifyAll();
}

Task<void> Sagas::LoadRow(Flight& flight) {
  while (true) {
    absl::StatusOr<std::unique_ptr<Message>> row = co_await env_.store.Read(
        [&flight](maru::store::Reader& reader) { return flight.saga.load(reader, flight.id); });
    if (row.ok() && *row != nullptr) {
      flight.row = *std::move(row);
      co_return;
    }
    const absl::Status why = row.ok() ? absl::NotFoundError("no such row") : row.status();
    env_.journal.Error(flight.saga.name, absl::StrCat("cannot go on with ", flight.id), why);
    co_await env_.executor.Sleep(options_.max_retry);
  }
}

Task<void> Sagas::GoForward(Flight& flight) {
  const StepSpec& step = flight.saga.steps[flight.record.step()];
  if (flight.resting && !flight.asked) {
    co_await Rest(flight, step);
    co_return;
  }
  flight.asked = false;
  flight.resting = false;
  Answer answer = co_await Ask(flight, step);
  const int current = static_cast<int>(flight.record.step());
  const bool accepted = step.accepted && step.accepted(*flight.row);
  switch (answer.outcome) {
    case Outcome::kDone:
      co_await Answered(flight, answer.effect);
      co_return;
    case Outcome::kRefused: {
      // An attempt that is still under way somewhere must find the step undone.
      const int undo_from = flight.maybe_sent ? current : current - 1;
      if (!step.can_refuse) {
        env_.journal.Error(flight.saga.name, absl::StrCat(step.name, " of ", flight.id),
                           answer.status);
        co_await GiveUp(flight, options::v1::errors::CalleeUnavailable(step.name), undo_from);
        co_return;
      }
      Decision decision{Reason::kRefused, EncodeRefusal(answer.status), undo_from};
      co_await Decide(flight, std::move(decision));
      co_return;
    }
    case Outcome::kUnsent:
      if (answer.settled || (!flight.maybe_sent && !accepted)) {
        // A settlement changes nothing about what they were told.
        co_await GiveUp(flight, answer.settled ? flight.answer : answer.status, current - 1);
        co_return;
      }
      break;
    case Outcome::kUnknown:
      flight.maybe_sent = true;
      break;
  }
  Postpone(flight, answer.status);
  flight.resting = true;
  // Not what the callee said: its "not available" would promise that nothing happened.
  flight.answer = accepted ? absl::OkStatus() : options::v1::errors::OutcomePending(flight.id);
  ++flight.told;
  flight.changed.NotifyAll();
}

void Sagas::Complain(const Flight& flight, const StepSpec& step, const absl::Status& status) {
  // Ever more rarely: a callee that stays away must not fill the log.
  if ((flight.failures & (flight.failures - 1)) != 0) return;
  const std::string what = absl::StrCat(step.undo_name, " of ", flight.id, "; trying again");
  if (OutcomeOf(status) == Outcome::kRefused) {
    // A contract that refuses to take back what it did: only its people can help.
    env_.journal.Error(flight.saga.name, what, status);
  } else {
    env_.journal.Warn(flight.saga.name, what, status);
  }
}

void Sagas::Postpone(Flight& flight, const absl::Status& status) {
  const absl::Duration backoff = events::JitteredDelay(options_.initial_retry, options_.max_retry,
                                                       ++flight.failures, env_.random.Uniform());
  const absl::Duration asked =
      std::min(rpc::RetryDelayOf(status).value_or(absl::ZeroDuration()), options_.max_retry);
  flight.retry_at = env_.executor.Now() + std::max(backoff, asked);
}

Task<void> Sagas::Rest(Flight& flight, const StepSpec& step) {
  const bool asks =
      step.on_unknown != OnUnknown::kUndo || (step.accepted && step.accepted(*flight.row));
  const Instant until = asks ? flight.retry_at : flight.limit;
  while (!flight.asked && flight.record.phase() == disk::PHASE_FORWARD &&
         env_.executor.Now() < until) {
    co_await flight.changed.WaitUntil(until);
  }
  if (flight.asked || flight.record.phase() != disk::PHASE_FORWARD) co_return;
  if (asks) {
    flight.asked = true;
    co_return;
  }
  Decision decision{Reason::kTimedOut, {}, static_cast<int>(flight.record.step())};
  co_await Decide(flight, std::move(decision));
}

Task<Sagas::Answer> Sagas::Ask(Flight& flight, const StepSpec& step) {
  flight.call.deadline = env_.executor.Now() + options_.attempt_timeout;
  const bool accepted = step.accepted && step.accepted(*flight.row);
  Answer answer;
  if (flight.maybe_sent && step.on_unknown == OnUnknown::kSettle && !accepted) {
    absl::StatusOr<std::optional<Effect>> settled = co_await step.settle(flight.call, *flight.row);
    answer.status = settled.status();
    answer.settled = settled.ok();
    answer.outcome = settled.ok() ? Outcome::kDone : Outcome::kUnknown;
    if (settled.ok() && settled->has_value()) answer.effect = std::move(**settled);
    if (settled.ok() && answer.effect == nullptr) answer.outcome = Outcome::kUnsent;
    metrics_.at(flight.saga.name)
        .Attempted(step.settle_name, settled.ok() ? Outcome::kDone : OutcomeOf(answer.status));
    co_return answer;
  }
  absl::StatusOr<Effect> answered = co_await step.call(flight.call, *flight.row);
  answer.status = answered.status();
  answer.outcome = OutcomeOf(answer.status);
  if (answered.ok()) answer.effect = *std::move(answered);
  metrics_.at(flight.saga.name).Attempted(step.name, answer.outcome);
  co_return answer;
}

Task<void> Sagas::Undo(Flight& flight) {
  for (int i = static_cast<int>(flight.record.step()); i >= 0; --i) {
    const StepSpec& step = flight.saga.steps[static_cast<size_t>(i)];
    if (!step.undo) continue;
    flight.failures = 0;
    while (true) {
      flight.call.deadline = env_.executor.Now() + options_.attempt_timeout;
      const absl::Status status = co_await step.undo(flight.call, *flight.row);
      metrics_.at(flight.saga.name).Attempted(step.undo_name, OutcomeOf(status));
      if (status.ok()) break;
      Postpone(flight, status);
      Complain(flight, step, status);
      flight.resting = true;
      flight.asked = false;
      while (!flight.asked && env_.executor.Now() < flight.retry_at) {
        co_await flight.changed.WaitUntil(flight.retry_at);
      }
      flight.resting = false;
    }
  }
  co_await Undone(flight);
}

template <class Fn>
Task<void> Sagas::Persist(Flight& flight, bool recorded, Fn transition, Advanced& advanced) {
  flight.call.idempotency.reset();
  const disk::Origin& origin = flight.record.origin();
  if (recorded && !origin.sha256().empty()) {
    flight.call.idempotency = rpc::IdempotencyKey{.principal = origin.principal(),
                                                  .method = origin.method(),
                                                  .request_id = origin.request_id(),
                                                  .sha256 = origin.sha256()};
  }
  for (uint32_t failures = 1;; ++failures) {
    bool ran = false;
    const auto run = [&](Txn& txn) -> absl::StatusOr<Encoded> {
      ran = true;
      RETURN_IF_ERROR(transition(txn));
      const State state = flight.saga.state_of(*advanced.row);
      if (state == State::kDone) return Encoded{flight.saga.show(*advanced.row)};
      if (state == State::kRejected) {
        const auto reason = static_cast<Reason>(advanced.record.reason());
        txn.CommitRefusal();
        if (IsResult(reason)) return ResultOf(advanced.record, flight.id);
      }
      return Encoded();
    };
    const absl::StatusOr<Encoded> result = co_await env_.store.Transact(flight.call, run);
    // A refusal is the saga's result, or the transition's own: the store has none for what ran.
    if (ran && (result.ok() || OutcomeOf(result.status()) == Outcome::kRefused)) break;
    // The disk is full, or the store is busy or has failed: the answer is kept until it is stored.
    env_.journal.Warn(flight.saga.name, absl::StrCat("cannot store the state of ", flight.id),
                      result.status());
    co_await env_.executor.Sleep(events::JitteredDelay(options_.initial_retry, options_.max_retry,
                                                       failures, env_.random.Uniform()));
  }
}

Task<void> Sagas::Answered(Flight& flight, const Effect& effect) {
  const bool last = flight.record.step() + 1 == flight.saga.steps.size();
  Advanced advanced;
  std::optional<absl::Status> refused;
  const event::v1::Position published = flight.call.published();
  const auto transition = [&](Txn& txn) {
    return CommitAnswer(txn, flight.saga, flight.id, effect, published, advanced, refused);
  };
  co_await Persist(flight, last, transition, advanced);
  if (refused.has_value()) {
    Decision decision{Reason::kRefused, EncodeRefusal(*refused),
                      static_cast<int>(flight.record.step())};
    co_await Decide(flight, std::move(decision));
    co_return;
  }
  Advance(flight, std::move(advanced));
}

Task<void> Sagas::GiveUp(Flight& flight, absl::Status why, int undo_from) {
  flight.answer = std::move(why);
  Decision decision{Reason::kUnsent, {}, undo_from};
  co_await Decide(flight, std::move(decision));
  // Compensation goes on; the caller need not wait for it.
  ++flight.told;
  flight.changed.NotifyAll();
}

Task<void> Sagas::Decide(Flight& flight, Decision decision) {
  const bool ends = !HasUndo(flight.saga, decision.undo_from);
  Advanced advanced;
  const auto transition = [&](Txn& txn) {
    return CommitDecision(txn, flight.saga, flight.id, decision, advanced);
  };
  co_await Persist(flight, ends && IsResult(decision.reason), transition, advanced);
  Advance(flight, std::move(advanced));
}

Task<void> Sagas::Undone(Flight& flight) {
  Advanced advanced;
  const auto transition = [&](Txn& txn) {
    return CommitUndone(txn, flight.saga, flight.id, advanced);
  };
  co_await Persist(flight, IsResult(flight.reason()), transition, advanced);
  Advance(flight, std::move(advanced));
}

void Sagas::Advance(Flight& flight, Advanced advanced) {
  flight.record = std::move(advanced.record);
  if (advanced.raced) return;
  flight.row = std::move(advanced.row);
  flight.maybe_sent = false;
  flight.resting = false;
  flight.asked = false;
  flight.failures = 0;
}

}  // namespace maru::saga
