#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/problems.h"

namespace maru::workload {
namespace {

using communication::Communication;

// The list shows `want` (by id) and nothing else, each once.
template <typename Row>
void CompareList(const std::vector<Row>& list, const std::map<std::string, Row>& want,
                 Problems& problems) {
  std::set<std::string> seen;
  for (const Row& row : list) {
    if (!seen.insert(row.id()).second) problems.Add(absl::StrCat(row.id(), " is listed twice"));
    const auto known = want.find(row.id());
    if (known == want.end()) {
      problems.Add(absl::StrCat("stored but never acknowledged: ", row.ShortDebugString()));
    } else {
      problems.AddDifference("list", known->second, row);
    }
  }
  for (const auto& [id, row] : want) {
    if (seen.count(id) == 0)
      problems.Add(absl::StrCat("acknowledged but not listed: ", row.ShortDebugString()));
  }
}

}  // namespace

std::string CheckCommunications(const Stored& stored, const Ledger& ledger) {
  Problems problems;
  std::map<std::string, Communication> active;
  for (const auto& [id, row] : ledger.communications().rows) {
    if (row.active()) {
      active.emplace(id, row);
      continue;
    }
    const auto found = stored.inactive.find(id);
    if (found == stored.inactive.end()) {
      problems.Add(absl::StrCat("taken back and lost: ", row.ShortDebugString()));
    } else {
      problems.AddDifference("taken back", row, found->second);
    }
  }
  CompareList(stored.communications, active, problems);
  return problems.ToString();
}

std::string CheckReviews(const Stored& stored, const Ledger& ledger) {
  Problems problems;
  CompareList(stored.reviews, ledger.reviews().rows, problems);
  for (const std::string& id : ledger.reviews().deleted) {
    if (stored.undead.count(absl::StrCat("review ", id)) != 0)
      problems.Add(absl::StrCat("deleted but shown: review ", id));
  }
  return problems.ToString();
}

std::string CheckOnePerPair(const Stored& stored, const Ledger&) {
  Problems problems;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  const auto once = [&](const std::string& kind, const auto& row) {
    if (!seen.insert({kind, row.schedule_id(), row.customer_id()}).second) {
      problems.Add(absl::StrCat("a second ", kind, ": ", row.ShortDebugString()));
    }
  };
  for (const Communication& row : stored.communications) {
    if (row.kind() != Communication::KIND_COMMENT) once(Communication::Kind_Name(row.kind()), row);
  }
  for (const review::Review& row : stored.reviews) once("review", row);
  return problems.ToString();
}

}  // namespace maru::workload
