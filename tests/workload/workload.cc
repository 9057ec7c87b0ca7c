#include "tests/workload/workload.h"

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"

namespace maru::workload {

using async::Task;

namespace {

// Enough to see what is wrong.
constexpr size_t kMostProblems = 20;
// Between two looks of the operator at what waits.
constexpr absl::Duration kTendInterval = absl::Seconds(1);
// Where there is no row of somebody else: NOT_FOUND too.
constexpr char kNobodysId[] = "01890000-0000-7000-8000-000000000000";

}  // namespace

Workload::Workload(Api& api, const WorkloadOptions& options)
    : api_(api), options_(options), operator_(api, options.person) {
  for (const char* name : {"mina", "jun"}) {
    hosts_.push_back(std::make_unique<Host>(api, name, courses_, options.person));
  }
}

Task<std::string> Workload::LeaveForeignComment() {
  const Actor stranger(api_, "customer", "stranger");
  communication::RegisterRequest request;
  request.set_schedule_id(courses_.For("").front()->id());
  request.set_kind(communication::Communication::KIND_COMMENT);
  request.set_comment_text("제 댓글이에요");
  request.set_request_id(NewRequestId(api_.random()));
  const auto result = co_await stranger.Insist(kRegister, request);
  if (result.ok()) {
    ledger_.Registered(result.reply);
    co_return result.reply.id();
  }
  if (result.uncertain) {
    communication::Communication perhaps;
    perhaps.set_schedule_id(request.schedule_id());
    perhaps.set_customer_id(stranger.subject());
    perhaps.set_kind(request.kind());
    perhaps.set_comment_text(request.comment_text());
    perhaps.set_active(true);
    ledger_.PerhapsRegistered(perhaps);
  }
  co_return kNobodysId;
}

Task<> Workload::Open() {
  // The first course stays: without one nobody has anything to do.
  while (courses_.For("").empty()) {
    if (!co_await hosts_.front()->Publish("", /*review_open=*/true)) {
      co_await api_.executor().Sleep(options_.most_think);
    }
  }
  for (int i = 1; i < options_.courses; ++i) {
    co_await hosts_[static_cast<size_t>(i) % hosts_.size()]->Publish("", i + 1 < options_.courses);
  }
  const std::string foreign_id = co_await LeaveForeignComment();
  for (int i = 0; i < options_.customers; ++i) {
    const std::string name = absl::StrCat("customer-", i);
    co_await hosts_[static_cast<size_t>(i) % hosts_.size()]->Publish(name, /*review_open=*/true);
    customers_.push_back(
        std::make_unique<Customer>(api_, name, courses_, foreign_id, options_.person));
  }
}

Task<> Workload::Run(Instant until) {
  if (customers_.empty()) co_await Open();
  co_await RunAgain(until);
}

Task<> Workload::RunAgain(Instant until) {
  for (const auto& host : hosts_) scope_.Spawn(Act(*host, until, options_.most_think));
  for (const auto& customer : customers_) scope_.Spawn(Act(*customer, until, options_.most_think));
  scope_.Spawn(Act(operator_, until, options_.most_think));
  co_await scope_.Drained();
}

template <typename Visit>
void Workload::ForEach(Visit visit) const {
  for (const auto& host : hosts_) visit(*host);
  for (const auto& customer : customers_) visit(*customer);
  visit(operator_);
}

Task<> Workload::Tend() {
  while (true) {
    co_await operator_.Tend();
    co_await api_.executor().Sleep(kTendInterval);
  }
}

Task<std::string> Workload::Check(absl::Duration within) {
  scope_.Spawn(Tend());
  Ledger ledger = ledger_;
  ForEach([&](const Member& person) { ledger.Merge(person.ledger()); });
  const std::string inexact = co_await CheckExact(api_, std::move(ledger), within);
  scope_.CancelAll();
  std::string problems;
  size_t count = 0;
  ForEach([&](const Member& person) {
    for (const std::string& problem : person.problems()) {
      if (++count <= kMostProblems) absl::StrAppend(&problems, "[reply] ", problem, "\n");
    }
  });
  co_return problems + inexact;
}

Task<std::string> Workload::RebuildFromRest(absl::Duration within) {
  if (!co_await operator_.ViewMayBeRebuilt()) co_return "";
  co_await operator_.Rebuild();
  scope_.Spawn(Tend());
  const std::string waiting = co_await CheckQuiet(api_, within);
  scope_.CancelAll();
  co_return waiting;
}

uint64_t Workload::acknowledged() const {
  uint64_t sum = 0;
  ForEach([&](const Person& person) { sum += person.acknowledged(); });
  return sum;
}

}  // namespace maru::workload
