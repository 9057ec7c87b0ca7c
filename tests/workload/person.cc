#include "tests/workload/person.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "tests/workload/bad_calls.h"

namespace maru::workload {
namespace {

// After a fault is over: connections come back, breakers close, views catch up.
constexpr absl::Duration kRecovery = absl::Seconds(90);
// Of those who give up: one command in so many.
constexpr size_t kGivesUpOneIn = 8;
constexpr size_t kShortPatienceMs = 4000;
// Enough to see what is wrong.
constexpr size_t kMostProblems = 20;

}  // namespace

Patience Person::DrawPatience() {
  Patience patience;
  patience.within = options_.patience;
  if (options_.gives_up && OneIn(kGivesUpOneIn)) {
    patience.within = absl::Milliseconds(Pick(kShortPatienceMs));
  }
  return patience;
}

bool Person::Calm(Instant since) const { return api().CalmSince(since - kRecovery); }

std::string Person::PendingRow(const Outcome& outcome) {
  const auto id = outcome.info.metadata().find("id");
  const bool pending = outcome.reason() == "OUTCOME_PENDING" && id != outcome.info.metadata().end();
  return pending ? id->second : "";
}

void Person::Note(const std::string& problem) {
  problems_.push_back(absl::StrCat(subject(), ": ", problem));
}

bool Person::Answered(std::string_view what, const Outcome& outcome, Instant began) {
  if (!IsOpen(outcome)) return true;
  if (Calm(began)) {
    Note(absl::StrCat(ToAbsl(what), " was refused although everything ran: ", Describe(outcome)));
  }
  return false;
}

bool Person::Listed(std::string_view what, const absl::Status& status, Instant began) {
  if (status.ok()) return true;
  Outcome outcome;
  outcome.code = status.code();
  outcome.message = std::string(status.message());
  if (Answered(what, outcome, began)) {
    Note(absl::StrCat(ToAbsl(what), " cannot be read: ", status.ToString()));
  }
  return false;
}

async::Task<> Person::TryBadCall(const BadCall& call) {
  const Instant began = Now();
  CallOptions options;
  options.token = actor_.token();
  std::string reply;
  const Outcome outcome =
      co_await api().Call(call.deployment, call.path, call.request, options, &reply);
  Judge(call.what, outcome, began, /*uncertain=*/false, /*may_succeed=*/false, {call.refusal});
  if (IsOpen(outcome) || call.field.empty() || outcome.Names(call.field)) co_return;
  Note(absl::StrCat(ToAbsl(call.what), ": ", ToAbsl(call.field),
                    " is not named: ", Describe(outcome)));
}

Person::Verdict Person::Judge(std::string_view what, const Outcome& outcome, Instant began,
                              bool uncertain, bool may_succeed,
                              const std::vector<Refusal>& refusals) {
  const std::string name(what);
  if (!Answered(what, outcome, began)) {
    if (outcome.reason() == "CALLEE_UNAVAILABLE" && !outcome.retry_delay.has_value()) {
      Note(absl::StrCat(name, ": no RetryInfo: ", Describe(outcome)));
    }
    if (!uncertain) return Verdict::kRefused;
    if (!options_.gives_up) Note(absl::StrCat(name, " was never answered: ", Describe(outcome)));
    return Verdict::kUnknown;
  }
  ++acknowledged_;
  const auto as_allowed = [&](const Refusal& refusal) {
    return outcome.code == refusal.code && outcome.reason() == refusal.reason;
  };
  const bool allowed =
      outcome.ok() ? may_succeed : std::any_of(refusals.begin(), refusals.end(), as_allowed);
  if (!allowed) {
    std::string wanted = may_succeed ? "OK" : "";
    for (const Refusal& refusal : refusals) {
      absl::StrAppend(&wanted, wanted.empty() ? "" : " or ", ToAbsl(refusal.reason));
    }
    Note(absl::StrCat(name, ": wanted ", wanted, ", got ", Describe(outcome)));
  }
  if (outcome.ok()) return Verdict::kDone;
  return uncertain ? Verdict::kUnknown : Verdict::kRefused;
}

async::Task<> Act(Person& person, Instant until, absl::Duration most_think) {
  async::Executor& executor = person.api().executor();
  const uint64_t most = static_cast<uint64_t>(absl::ToInt64Microseconds(most_think));
  while (executor.Now() < until) {
    co_await person.Step();
    co_await executor.Sleep(absl::Microseconds(person.api().random().Next() % (most + 1)));
  }
}

std::string ProblemsOf(const std::vector<std::unique_ptr<Person>>& people) {
  std::string problems;
  size_t count = 0;
  for (const auto& person : people) {
    for (const std::string& problem : person->problems()) {
      if (++count <= kMostProblems) absl::StrAppend(&problems, "[reply] ", problem, "\n");
    }
  }
  return problems;
}

uint64_t AcknowledgedBy(const std::vector<std::unique_ptr<Person>>& people) {
  uint64_t sum = 0;
  for (const auto& person : people) sum += person->acknowledged();
  return sum;
}

}  // namespace maru::workload
