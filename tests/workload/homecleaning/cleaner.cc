#include "tests/workload/homecleaning/cleaner.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/lists.h"

namespace maru::workload::homecleaning {

using async::Task;
using cleaning::Cleaning;

namespace {

constexpr Refusal kCleaningCanceled{absl::StatusCode::kFailedPrecondition, "CLEANING_CANCELED"};
constexpr Refusal kAlreadyStarted{absl::StatusCode::kFailedPrecondition, "ALREADY_STARTED"};
constexpr Refusal kAlreadyFinished{absl::StatusCode::kFailedPrecondition, "ALREADY_FINISHED"};
constexpr Refusal kNotStarted{absl::StatusCode::kFailedPrecondition, "NOT_STARTED"};

}  // namespace

Task<> Cleaner::Step() {
  const Instant began = Now();
  const Statuses before = town_.statuses;
  const auto rows = co_await ReadAll(actor_, kListCleanings, cleaning::ListCleaningsRequest(),
                                     &cleaning::ListCleaningsResponse::mutable_cleanings);
  if (!Listed("ListCleanings", rows.status(), began)) co_return;
  std::vector<Cleaning> open;
  for (const Cleaning& row : *rows) {
    const int floor = before.Floor(kCleaning, row.id());
    if (row.status() < floor) {
      Note(absl::StrCat("listed {", row.ShortDebugString(), "}, was ", floor, " before"));
    }
    town_.statuses.Saw(kCleaning, row.id(), row.status());
    const bool mine = row.status() == Cleaning::STATUS_OPEN || row.cleaner_id() == subject();
    if (mine && row.status() <= Cleaning::STATUS_STARTED) open.push_back(row);
  }
  if (rows->empty()) co_return;
  // Now and then somebody else's, or what has ended, or in the wrong order.
  const bool wrong = open.empty() || OneIn(10);
  const Cleaning row = wrong ? (*rows)[Pick(rows->size())] : open[Pick(open.size())];
  const bool finish = (row.status() == Cleaning::STATUS_STARTED) != OneIn(10);
  co_await (finish ? Finish(row) : Start(row));
}

Task<> Cleaner::Start(Cleaning row) {
  cleaning::StartCleaningRequest request;
  request.set_id(row.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kStartCleaning, request);
  const Verdict verdict = Judge("StartCleaning", result, /*may_succeed=*/true,
                                {kCleaningCanceled, kAlreadyStarted, kAlreadyFinished});
  if (verdict != Verdict::kDone) co_return;
  if (result.reply.cleaner_id() != subject()) {
    Note(absl::StrCat("started, got {", result.reply.ShortDebugString(), "}"));
  }
  town_.cleaners[row.reservation_id()] = subject();
}

Task<> Cleaner::Finish(Cleaning row) {
  cleaning::FinishCleaningRequest request;
  request.set_id(row.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kFinishCleaning, request);
  const Verdict verdict = Judge("FinishCleaning", result, /*may_succeed=*/true,
                                {kCleaningCanceled, kAlreadyStarted, kNotStarted});
  const std::string& id = row.reservation_id();
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<cleaning::CleaningConfirmed>(id);
  if (verdict == Verdict::kDone) town_.deeds.Once<cleaning::CleaningConfirmed>(id);
}

}  // namespace maru::workload::homecleaning
