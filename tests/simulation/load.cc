#include "tests/simulation/load.h"

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"

namespace maru::simulation {

using async::Task;

Task<> Load::Open() {
  const workload::Actor host(api_, "host", "mina");
  for (int i = 0; i < 3; ++i) {
    workload::schedule::RegisterScheduleRequest request;
    request.set_title(absl::StrCat("한강 노을 산책 ", i));
    request.set_content("여의나루역 2번 출구");
    request.set_uploader("미나");
    request.set_review_open(true);
    request.set_request_id(workload::NewRequestId(api_.random()));
    const auto result =
        co_await host.Insist(workload::kRegisterSchedule, request, absl::Minutes(10));
    if (!result.ok()) continue;
    ledger_.Registered(result.reply);
    courses_.push_back({.id = result.reply.id(), .uploader_id = host.subject()});
  }
  const workload::Actor stranger(api_, "customer", "stranger");
  workload::communication::RegisterRequest request;
  request.set_schedule_id(courses_.front().id);
  request.set_kind(workload::communication::Communication::KIND_COMMENT);
  request.set_comment_text("제 댓글이에요");
  request.set_request_id(workload::NewRequestId(api_.random()));
  const auto comment = co_await stranger.Insist(workload::kRegister, request, absl::Minutes(10));
  if (comment.ok()) ledger_.Registered(comment.reply);
  for (int i = 0; i < 4; ++i) {
    customers_.push_back(std::make_unique<workload::Customer>(api_, absl::StrCat("customer-", i),
                                                              courses_, comment.reply.id()));
  }
}

Task<> Load::Act(workload::Customer& customer, Instant until) {
  while (api_.executor().Now() < until) {
    co_await customer.Step();
    co_await api_.executor().Sleep(absl::Milliseconds(api_.random().Next() % 400));
  }
}

Task<> Load::Run(Instant until) {
  co_await Open();
  for (const auto& customer : customers_) scope_.Spawn(Act(*customer, until));
  co_await scope_.Drained();
}

Task<std::string> Load::Check(absl::Duration within) {
  std::string problems;
  workload::Ledger ledger = ledger_;
  for (const auto& customer : customers_) {
    ledger.Merge(customer->ledger());
    for (const std::string& problem : customer->problems()) {
      absl::StrAppend(&problems, "[reply] ", problem, "\n");
    }
  }
  problems += co_await workload::CheckExact(api_, ledger, within);
  co_return problems;
}

uint64_t Load::acknowledged() const {
  uint64_t sum = 0;
  for (const auto& customer : customers_) sum += customer->acknowledged();
  return sum;
}

}  // namespace maru::simulation
