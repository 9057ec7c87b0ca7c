#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "tests/workload/checkers.h"
#include "tests/workload/lists.h"
#include "tests/workload/problems.h"

namespace maru::workload {
namespace {

using async::Task;
using communication::Communication;

struct Counts {
  int comments = 0;
  int bookmarks = 0;
  int likes = 0;
  int reviews = 0;
  bool operator==(const Counts&) const = default;
};

std::string Describe(const Counts& counts) {
  return absl::StrCat(counts.comments, " comments, ", counts.bookmarks, " bookmarks, ",
                      counts.likes, " likes, ", counts.reviews, " reviews");
}

template <typename Row>
Counts CountsOf(const Row& row) {
  return {row.comment_count(), row.bookmark_count(), row.like_count(), row.review_count()};
}

// What communication and review hold now, by schedule.
Task<absl::StatusOr<std::map<std::string, Counts>>> TrueCounts(const Actor& admin) {
  std::map<std::string, Counts> counts;
  CO_ASSIGN_OR_RETURN(const auto rows, co_await AllCommunications(admin));
  for (const Communication& row : rows) {
    Counts& of = counts[row.schedule_id()];
    if (row.kind() == Communication::KIND_COMMENT) ++of.comments;
    if (row.kind() == Communication::KIND_BOOKMARK) ++of.bookmarks;
    if (row.kind() == Communication::KIND_LIKE) ++of.likes;
  }
  CO_ASSIGN_OR_RETURN(const auto reviews, co_await AllReviews(admin));
  for (const review::Review& row : reviews) ++counts[row.schedule_id()].reviews;
  co_return counts;
}

// The newest three of `reviews` (newest first) on a schedule are what the page shows.
std::string CheckLatest(const viewpage::ScheduleView& page,
                        const std::vector<review::Review>& reviews) {
  std::vector<std::string> want;
  for (const review::Review& row : reviews) {
    if (row.schedule_id() != page.schedule_id() || want.size() == 3) continue;
    want.push_back(
        absl::StrCat(row.id(), " ", row.customer_id(), " ", row.comment_text(), " ", row.rating()));
  }
  std::vector<std::string> got;
  for (const viewpage::LatestReview& row : page.latest_reviews()) {
    got.push_back(absl::StrCat(row.review_id(), " ", row.customer_id(), " ", row.comment_text(),
                               " ", row.rating()));
  }
  if (want == got) return "";
  return absl::StrCat("page ", page.schedule_id(), " shows the reviews [",
                      absl::StrJoin(got, " | "), "]; the latest are [", absl::StrJoin(want, " | "),
                      "]");
}

Task<std::string> CheckPage(const Actor& admin, const schedule::Schedule& want,
                            const Counts& counts, const std::vector<review::Review>& reviews) {
  viewpage::GetScheduleViewRequest request;
  request.set_schedule_id(want.id());
  const auto got = co_await admin.Call(kGetScheduleView, request);
  if (!got.ok()) co_return absl::StrCat("page ", want.id(), ": ", Describe(got));
  if (CountsOf(got.reply) != counts) {
    co_return absl::StrCat("page ", want.id(), " counts ", Describe(CountsOf(got.reply)),
                           "; there are ", Describe(counts));
  }
  if (got.reply.title() != want.title() || got.reply.content() != want.content() ||
      got.reply.uploader() != want.uploader() || got.reply.review_open() != want.review_open()) {
    co_return absl::StrCat("page shows {", got.reply.ShortDebugString(), "}, acknowledged was {",
                           want.ShortDebugString(), "}");
  }
  co_return CheckLatest(got.reply, reviews);
}

}  // namespace

Task<std::string> CheckSchedules(const Actor& admin, const Ledger& ledger) {
  auto counts = co_await TrueCounts(admin);
  if (!counts.ok()) co_return counts.status().ToString();
  Problems problems;
  for (const auto& [id, row] : ledger.schedules()) {
    schedule::GetScheduleRequest request;
    request.set_id(id);
    const auto got = co_await admin.Call(kGetSchedule, request);
    if (!got.ok()) {
      problems.Add(absl::StrCat("schedule ", id, ": ", Describe(got)));
      continue;
    }
    const Counts& want = (*counts)[id];
    if (CountsOf(got.reply) != want) {
      problems.Add(absl::StrCat("schedule ", id, " counts ", Describe(CountsOf(got.reply)),
                                "; there are ", Describe(want)));
    }
    schedule::Schedule content = got.reply;
    for (schedule::Schedule* side : {&content}) {
      side->set_comment_count(row.comment_count());
      side->set_bookmark_count(row.bookmark_count());
      side->set_like_count(row.like_count());
      side->set_review_count(row.review_count());
    }
    const std::string difference = Difference("schedule", row, content);
    if (!difference.empty()) problems.Add(difference);
  }
  for (const std::string& id : ledger.deleted_schedules()) {
    schedule::GetScheduleRequest request;
    request.set_id(id);
    const auto got = co_await admin.Call(kGetSchedule, request);
    if (got.code != absl::StatusCode::kNotFound) {
      problems.Add(absl::StrCat("deleted schedule ", id, ": ", Describe(got)));
    }
  }
  co_return problems.ToString();
}

Task<std::string> CheckPages(const Actor& admin, const Ledger& ledger) {
  auto counts = co_await TrueCounts(admin);
  if (!counts.ok()) co_return counts.status().ToString();
  const auto reviews = co_await AllReviews(admin);
  if (!reviews.ok()) co_return reviews.status().ToString();
  Problems problems;
  for (const auto& [id, row] : ledger.schedules()) {
    const std::string problem = co_await CheckPage(admin, row, (*counts)[id], *reviews);
    if (!problem.empty()) problems.Add(problem);
  }
  for (const std::string& id : ledger.deleted_schedules()) {
    viewpage::GetScheduleViewRequest request;
    request.set_schedule_id(id);
    const auto got = co_await admin.Call(kGetScheduleView, request);
    if (got.code != absl::StatusCode::kNotFound) {
      problems.Add(absl::StrCat("page of deleted schedule ", id, ": ", Describe(got)));
    }
  }
  co_return problems.ToString();
}

Task<std::string> CheckMessages(const Actor& admin, const Ledger& ledger) {
  const auto messages = co_await AllMessages(admin);
  if (!messages.ok()) co_return messages.status().ToString();
  std::map<Ledger::MessageKey, int> got;
  std::set<std::string> ids;
  Problems problems;
  for (const message::Message& row : *messages) {
    if (!ids.insert(row.id()).second)
      problems.Add(absl::StrCat("listed twice: ", row.ShortDebugString()));
    if (row.text().empty())
      problems.Add(absl::StrCat("a message without text: ", row.ShortDebugString()));
    ++got[{row.recipient(), row.kind(), row.subject_id()}];
  }
  std::map<Ledger::MessageKey, int> all = ledger.messages();
  all.insert(got.begin(), got.end());
  for (const auto& [key, unused] : all) {
    const auto want = ledger.messages().find(key);
    const int wanted = want == ledger.messages().end() ? 0 : want->second;
    if (got[key] == wanted) continue;
    const auto& [recipient, kind, subject] = key;
    problems.Add(absl::StrCat(recipient, " has ", got[key], " messages ", kind, " about ", subject,
                              " instead of ", wanted));
  }
  co_return problems.ToString();
}

}  // namespace maru::workload
