#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/workload/checkers.h"
#include "tests/workload/mirror.h"
#include "tests/workload/problems.h"

namespace maru::workload {
namespace {

using communication::Communication;

// domain.md section 1: the newest that are left.
constexpr size_t kLatestReviews = 3;

// What communication and review hold, by schedule.
std::map<std::string, Counts> TrueCounts(const Stored& stored) {
  std::map<std::string, Counts> counts;
  for (const Communication& row : stored.communications) {
    Counts& of = counts[row.schedule_id()];
    if (row.kind() == Communication::KIND_COMMENT) ++of.comments;
    if (row.kind() == Communication::KIND_BOOKMARK) ++of.bookmarks;
    if (row.kind() == Communication::KIND_LIKE) ++of.likes;
  }
  for (const review::Review& row : stored.reviews) ++counts[row.schedule_id()].reviews;
  return counts;
}

template <typename Row>
void CheckCounts(const std::string& what, const Row& shown, const Counts& want,
                 Problems& problems) {
  if (CountsOf(shown) == want) return;
  problems.Add(
      absl::StrCat(what, " counts ", Describe(CountsOf(shown)), "; there are ", Describe(want)));
}

template <typename Row>
std::string ReviewText(const std::string& id, const Row& row) {
  return absl::StrCat(id, " ", row.customer_id(), " ", row.comment_text(), " ",
                      row.has_rating() ? row.rating() : 0);
}

// The newest of the reviews (newest first) on a schedule are what the page shows.
void CheckLatest(const viewpage::ScheduleView& page, const std::vector<review::Review>& reviews,
                 Problems& problems) {
  std::vector<std::string> want;
  for (const review::Review& row : reviews) {
    if (row.schedule_id() == page.schedule_id() && want.size() < kLatestReviews)
      want.push_back(ReviewText(row.id(), row));
  }
  std::vector<std::string> got;
  for (const viewpage::LatestReview& row : page.latest_reviews())
    got.push_back(ReviewText(row.review_id(), row));
  if (want == got) return;
  problems.Add(absl::StrCat("page ", page.schedule_id(), " shows the reviews [",
                            absl::StrJoin(got, " | "), "]; the latest are [",
                            absl::StrJoin(want, " | "), "]"));
}

// By id; each once.
template <typename Row, typename Id>
std::map<std::string, const Row*> ById(const std::vector<Row>& rows, Id id, Problems& problems) {
  std::map<std::string, const Row*> by_id;
  for (const Row& row : rows) {
    if (!by_id.emplace(id(row), &row).second)
      problems.Add(absl::StrCat("listed twice: ", row.ShortDebugString()));
  }
  return by_id;
}

void CheckGone(const std::string& what, const Stored& stored, const Ledger& ledger,
               Problems& problems) {
  for (const std::string& id : ledger.schedules().deleted) {
    if (stored.undead.count(absl::StrCat(what, " ", id)) != 0)
      problems.Add(absl::StrCat("deleted but shown: ", what, " ", id));
  }
}

}  // namespace

std::string CheckSchedules(const Stored& stored, const Ledger& ledger) {
  Problems problems;
  auto counts = TrueCounts(stored);
  const auto by_id = ById(stored.schedules, [](const auto& row) { return row.id(); }, problems);
  for (const auto& [id, row] : ledger.schedules().rows) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      problems.Add(absl::StrCat("acknowledged but not listed: ", row.ShortDebugString()));
      continue;
    }
    CheckCounts(absl::StrCat("schedule ", id), *found->second, counts[id], problems);
    schedule::Schedule content = *found->second;
    content.set_comment_count(row.comment_count());
    content.set_bookmark_count(row.bookmark_count());
    content.set_like_count(row.like_count());
    content.set_review_count(row.review_count());
    problems.AddDifference("schedule", row, content);
  }
  for (const auto& [id, row] : by_id) {
    if (ledger.schedules().rows.count(id) == 0)
      problems.Add(absl::StrCat("stored but never acknowledged: ", row->ShortDebugString()));
  }
  CheckGone("schedule", stored, ledger, problems);
  for (const std::string& entry : stored.wrong_answers)
    problems.Add(absl::StrCat("a new entry on a schedule that is not there: ", entry));
  return problems.ToString();
}

std::string CheckPages(const Stored& stored, const Ledger& ledger) {
  Problems problems;
  auto counts = TrueCounts(stored);
  const auto by_id =
      ById(stored.pages, [](const auto& page) { return page.schedule_id(); }, problems);
  for (const auto& [id, row] : ledger.schedules().rows) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      problems.Add(absl::StrCat("no page of ", row.ShortDebugString()));
      continue;
    }
    const viewpage::ScheduleView& page = *found->second;
    CheckCounts(absl::StrCat("page ", id), page, counts[id], problems);
    if (page.title() != row.title() || page.content() != row.content() ||
        page.uploader() != row.uploader() || page.review_open() != row.review_open()) {
      problems.Add(absl::StrCat("page shows {", page.ShortDebugString(), "}, acknowledged was {",
                                row.ShortDebugString(), "}"));
    }
    CheckLatest(page, stored.reviews, problems);
  }
  for (const auto& [id, page] : by_id) {
    if (ledger.schedules().rows.count(id) == 0)
      problems.Add(absl::StrCat("a page of what is not there: ", page->ShortDebugString()));
  }
  CheckGone("page", stored, ledger, problems);
  return problems.ToString();
}

std::string CheckMessages(const Stored& stored, const Ledger& ledger) {
  Problems problems;
  std::map<Ledger::MessageKey, int> got;
  ById(stored.messages, [](const auto& row) { return row.id(); }, problems);
  for (const message::Message& row : stored.messages) {
    if (row.text().empty())
      problems.Add(absl::StrCat("a message without text: ", row.ShortDebugString()));
    const bool read = ledger.read().count(row.id()) != 0;
    if (row.read() != read && ledger.perhaps_read().count(row.id()) == 0) {
      problems.Add(
          absl::StrCat(read ? "not read any more: " : "read by nobody: ", row.ShortDebugString()));
    }
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
  return problems.ToString();
}

}  // namespace maru::workload
