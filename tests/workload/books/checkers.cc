#include "tests/workload/books/checkers.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/history.h"
#include "tests/workload/model.h"
#include "tests/workload/problems.h"

namespace maru::workload::books {

using book::Book;
using library::Library;

namespace {

struct Checker {
  const char* invariant;
  std::string (*check)(const Stored& stored, const Town& town);
};

constexpr Checker kCheckers[] = {
    {"libraries", CheckLibraries},
    {"books", CheckBooks},
    {"deeds", CheckDeeds},
    {"reservations", CheckReservations},
};

uint64_t VersionOf(const std::string& text) {
  uint64_t version = 0;
  return absl::SimpleAtoi(text, &version) ? version : 0;
}

// What library and the reservations say of one book.
struct Sums {
  int64_t received = 0;
  int64_t issued = 0;
  int64_t returned = 0;
  bool renewed = false;
  uint64_t version = 0;
};

std::map<std::string, Sums> SumsOf(const Stored& stored, const History& history) {
  std::map<std::string, Sums> sums;
  for (const Library& row : stored.libraries) {
    if (row.status() != Library::STATUS_CONFIRMED) continue;
    Sums& of = sums[row.book_id()];
    of.version = std::max(of.version, VersionOf(row.version()));
    if (row.kind() == Library::KIND_RENEWED) of.renewed = true;
    if (row.kind() == Library::KIND_WAREHOUSED) of.received += row.quantity();
  }
  for (const std::string& id : history.ids()) {
    for (const auto& issued : history.All<book::BookIssued>(id)) {
      ++sums[issued.book_id()].issued;
      if (history.Has<delivery::DeliveryCanceled>(id)) ++sums[issued.book_id()].returned;
    }
  }
  return sums;
}

// The updates of a book count up, and the last one is what book and the list hold.
void CheckUpdates(const Book& row, const std::vector<book::BookUpdated>& updates,
                  Problems& problems) {
  int64_t revision = 0;
  for (const auto& update : updates) {
    if (update.revision() != ++revision || update.stock() < 0) {
      problems.Add(absl::StrCat("update ", revision, ": {", update.ShortDebugString(), "}"));
    }
  }
  if (updates.empty() || updates.back().stock() != row.stock() ||
      updates.back().revision() != row.revision() || updates.back().version() != row.version()) {
    problems.Add(absl::StrCat("the last update is not {", row.ShortDebugString(), "}"));
  }
}

}  // namespace

std::string CheckLibraries(const Stored& stored, const Town& town) {
  Problems problems;
  const History history(stored.topics);
  std::map<std::string, int> confirmed;
  for (const Library& row : stored.libraries) {
    const auto wish = town.wishes.find(row.name());
    if (wish == town.wishes.end() || wish->second.row.book_id() != row.book_id() ||
        wish->second.row.quantity() != row.quantity() ||
        wish->second.row.version() != row.version() || wish->second.row.kind() != row.kind()) {
      problems.Add(absl::StrCat("nobody wished for {", row.ShortDebugString(), "}"));
      continue;
    }
    const bool done = row.status() == Library::STATUS_CONFIRMED;
    if (done) ++confirmed[wish->first];
    if (row.status() == Library::STATUS_PENDING)
      problems.Add(absl::StrCat(row.id(), " is PENDING"));
    const size_t told = row.kind() == Library::KIND_RENEWED
                            ? history.Count<library::Renewed>(row.id())
                            : history.Count<library::Warehoused>(row.id());
    if (told != (done ? 1 : 0)) {
      problems.Add(absl::StrCat("told ", told, " times: {", row.ShortDebugString(), "}"));
    }
  }
  for (const auto& [request_id, wish] : town.wishes) {
    const int count = confirmed[request_id];
    const bool surely =
        wish.outcome == Wish::Outcome::kConfirmed || wish.outcome == Wish::Outcome::kAccepted;
    if (count > 1 || (surely && count == 0) ||
        (wish.outcome == Wish::Outcome::kRefused && count != 0)) {
      problems.Add(absl::StrCat(request_id, " was taken in ", count, " times: {",
                                wish.row.ShortDebugString(), "}, outcome ",
                                static_cast<int>(wish.outcome)));
    }
  }
  return problems.ToString();
}

std::string CheckBooks(const Stored& stored, const Town&) {
  Problems problems;
  const History history(stored.topics);
  auto sums = SumsOf(stored, history);
  auto list = OnePer(stored.list, &list::BookView::book_id, problems);
  for (const Book& row : stored.books) {
    const Sums& want = sums[row.id()];
    if (row.stock() != row.received() + row.reset() - row.issued() + row.returned() ||
        row.stock() < 0 || row.received() != want.received || row.issued() != want.issued ||
        row.returned() != want.returned || (row.reset() != 0 && !want.renewed) ||
        VersionOf(row.version()) != want.version) {
      problems.Add(absl::StrCat("book {", row.ShortDebugString(), "}, received were ",
                                want.received, ", issued ", want.issued, ", returned ",
                                want.returned, ", version ", want.version));
    }
    CheckUpdates(row, history.All<book::BookUpdated>(row.id()), problems);
    const auto view = Take("a line in the list", row.id(), true, list, problems);
    if (view.has_value() && (view->stock() != row.stock() || view->name() != row.name() ||
                             view->version() != row.version())) {
      problems.Add(absl::StrCat("listed {", view->ShortDebugString(), "}, the book is {",
                                row.ShortDebugString(), "}"));
    }
    sums.erase(row.id());
  }
  for (const auto& [id, of] : sums) {
    if (of.received != 0 || of.issued != 0 || of.renewed) {
      problems.Add(absl::StrCat("there is no book ", id));
    }
  }
  CheckNoneLeft("a line in the list", list, problems);
  return problems.ToString();
}

std::string CheckDeeds(const Stored& stored, const Town& town) {
  Problems problems;
  const History history(stored.topics);
  town.deeds.Check<reservation::ReservationCanceled>(history, problems);
  std::map<std::pair<std::string, std::string>, int> counts;
  std::set<std::string> ids;
  for (const auto& row : stored.reservations) {
    ++counts[{row.customer_id(), row.book_id()}];
    ids.insert(row.id());
  }
  for (const auto& [id, customer] : town.reservations) {
    if (!ids.contains(id)) problems.Add(absl::StrCat("acknowledged but not listed: ", id));
  }
  auto reserved = town.reserved;
  for (const auto& [key, unused] : counts) reserved[key];
  for (const auto& [key, range] : reserved) {
    const auto& [surely, perhaps] = range;
    if (counts[key] >= surely && counts[key] <= surely + perhaps) continue;
    problems.Add(absl::StrCat(key.first, " has ", counts[key], " reservations of ", key.second,
                              "; acknowledged: ", surely, ", perhaps: ", perhaps));
  }
  return problems.ToString();
}

std::string CheckAll(const Stored& stored, const Town& town) {
  std::string problems;
  const auto add = [&problems](const char* invariant, const std::string& found) {
    if (!found.empty()) absl::StrAppend(&problems, "[", invariant, "]\n", found, "\n");
  };
  for (const Checker& checker : kCheckers) add(checker.invariant, checker.check(stored, town));
  add("log", CheckTopics(stored.topics));
  return problems;
}

}  // namespace maru::workload::books
