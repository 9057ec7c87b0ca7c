#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/lists.h"
#include "tests/workload/problems.h"

namespace maru::workload {
namespace {

using async::Task;
using communication::Communication;

// The list shows `want` (by id) and nothing else, each once.
template <typename Row>
void CompareList(const std::vector<Row>& list, const std::map<std::string, Row>& want,
                 Problems& problems) {
  std::set<std::string> seen;
  for (const Row& row : list) {
    const auto known = want.find(row.id());
    if (!seen.insert(row.id()).second) problems.Add(absl::StrCat(row.id(), " is listed twice"));
    if (known == want.end()) {
      problems.Add(absl::StrCat("stored but never acknowledged: ", row.ShortDebugString()));
      continue;
    }
    const std::string difference = Difference("list", known->second, row);
    if (!difference.empty()) problems.Add(difference);
  }
  for (const auto& [id, row] : want) {
    if (seen.count(id) == 0)
      problems.Add(absl::StrCat("acknowledged but not listed: ", row.ShortDebugString()));
  }
}

}  // namespace

Task<std::string> CheckCommunications(const Actor& admin, const Ledger& ledger) {
  const auto list = co_await AllCommunications(admin);
  if (!list.ok()) co_return list.status().ToString();
  Problems problems;
  std::map<std::string, Communication> active;
  for (const auto& [id, row] : ledger.communications()) {
    if (row.active()) {
      active.emplace(id, row);
      continue;
    }
    communication::GetCommunicationRequest request;
    request.set_id(id);
    const auto got = co_await admin.Call(kGetCommunication, request);
    const std::string problem =
        got.ok() ? Difference("taken back", row, got.reply) : absl::StrCat(id, ": ", Describe(got));
    if (!problem.empty()) problems.Add(problem);
  }
  CompareList(*list, active, problems);
  co_return problems.ToString();
}

Task<std::string> CheckReviews(const Actor& admin, const Ledger& ledger) {
  const auto list = co_await AllReviews(admin);
  if (!list.ok()) co_return list.status().ToString();
  Problems problems;
  CompareList(*list, ledger.reviews(), problems);
  for (const std::string& id : ledger.deleted_reviews()) {
    review::GetReviewRequest request;
    request.set_id(id);
    const auto got = co_await admin.Call(kGetReview, request);
    if (got.code != absl::StatusCode::kNotFound) {
      problems.Add(absl::StrCat("deleted review ", id, ": ", Describe(got)));
    }
  }
  co_return problems.ToString();
}

Task<std::string> CheckOnePerPair(const Actor& admin) {
  const auto rows = co_await AllCommunications(admin);
  if (!rows.ok()) co_return rows.status().ToString();
  const auto reviews = co_await AllReviews(admin);
  if (!reviews.ok()) co_return reviews.status().ToString();
  Problems problems;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  const auto once = [&](const std::string& kind, const auto& row) {
    if (!seen.insert({kind, row.schedule_id(), row.customer_id()}).second) {
      problems.Add(absl::StrCat("a second ", kind, ": ", row.ShortDebugString()));
    }
  };
  for (const Communication& row : *rows) {
    if (row.kind() != Communication::KIND_COMMENT) once(Communication::Kind_Name(row.kind()), row);
  }
  for (const review::Review& row : *reviews) once("review", row);
  co_return problems.ToString();
}

}  // namespace maru::workload
