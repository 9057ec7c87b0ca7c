#include "tests/workload/homecleaning/checkers.h"

#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/workload/checkers.h"
#include "tests/workload/history.h"
#include "tests/workload/problems.h"

namespace maru::workload::homecleaning {

using reservation::CleaningReservation;

namespace {

struct Checker {
  const char* invariant;
  std::string (*check)(const Stored& stored, const Town& town);
};

constexpr Checker kCheckers[] = {
    {"wishes", CheckWishes}, {"deeds", CheckDeeds}, {"consequences", CheckConsequences},
    {"rows", CheckRows},     {"money", CheckMoney}, {"messages", CheckMessages},
};

// Whether the reservation is what was wished for.
void CheckContent(const Wish& wish, const CleaningReservation& row, Problems& problems) {
  const reservation::RequestCleaningRequest& asked = wish.request;
  if (row.customer_id() == wish.customer && row.price() == asked.price() &&
      row.customer_name() == asked.customer_name() &&
      row.request_date().seconds() == asked.request_date().seconds()) {
    return;
  }
  problems.Add(absl::StrCat("wished {", asked.ShortDebugString(), "}, stored {",
                            row.ShortDebugString(), "}"));
}

// Recipient, kind, subject.
using MessageKey = std::tuple<std::string, std::string, std::string>;

template <typename Event>
void Expect(const History& history, const std::string& id, std::map<MessageKey, int>& expected) {
  for (const Event& event : history.All<Event>(id)) {
    ++expected[{event.customer_id(), Event::descriptor()->name(), id}];
  }
}

}  // namespace

std::string CheckWishes(const Stored& stored, const Town& town) {
  Problems problems;
  // By wish, those that were paid.
  std::map<std::string, std::vector<std::string>> paid;
  std::map<std::string, CleaningReservation::Status> statuses;
  for (const CleaningReservation& row : stored.reservations) {
    if (!statuses.emplace(row.id(), row.status()).second) {
      problems.Add(absl::StrCat("listed twice: ", row.id()));
    }
    const auto wish = town.wishes.find(row.place());
    if (wish == town.wishes.end()) {
      problems.Add(absl::StrCat("nobody wished for {", row.ShortDebugString(), "}"));
      continue;
    }
    CheckContent(wish->second, row, problems);
    if (row.status() == CleaningReservation::STATUS_PENDING) {
      problems.Add(absl::StrCat(row.id(), " is PENDING"));
    }
    if (row.status() != CleaningReservation::STATUS_REJECTED) {
      paid[wish->first].push_back(row.id());
    }
  }
  for (const auto& [request_id, wish] : town.wishes) {
    const std::vector<std::string>& rows = paid[request_id];
    if (rows.size() > 1) {
      problems.Add(absl::StrCat(request_id, " became several: ", absl::StrJoin(rows, ", ")));
    }
    if (wish.outcome == Wish::Outcome::kPaid && rows != std::vector{wish.reservation_id}) {
      problems.Add(absl::StrCat("acknowledged as ", wish.reservation_id, " but stored as [",
                                absl::StrJoin(rows, ", "), "]: ", request_id));
    }
    if (wish.outcome == Wish::Outcome::kRefused && !rows.empty()) {
      problems.Add(absl::StrCat("refused but there is ", rows.front(), ": ", request_id));
    }
  }
  for (const std::string& id : town.canceled_pending) {
    if (statuses[id] != CleaningReservation::STATUS_REJECTED) {
      problems.Add(absl::StrCat(id, " was canceled while it was pending, and is ",
                                CleaningReservation::Status_Name(statuses[id])));
    }
  }
  return problems.ToString();
}

std::string CheckDeeds(const Stored& stored, const Town& town) {
  Problems problems;
  const History history(stored.topics);
  town.deeds.Check<reservation::CleaningRequestCanceled>(history, problems);
  town.deeds.Check<cleaning::CleaningConfirmed>(history, problems);
  town.deeds.Check<paymethod::PaymethodRegistered>(history, problems);
  town.deeds.Check<paymethod::PaymethodChanged>(history, problems);
  return problems.ToString();
}

std::string CheckMoney(const Stored& stored, const Town&) {
  Problems problems;
  const History history(stored.topics);
  std::map<std::string, int64_t> held;
  for (const payment::Payment& row : stored.payments) {
    if (row.status() == payment::Payment::STATUS_APPROVED) held[row.reference_id()] += row.amount();
  }
  int64_t approved = 0;
  int64_t refunded = 0;
  for (const std::string& id : history.ids()) {
    for (const auto& event : history.All<payment::PaymentApproved>(id)) approved += event.amount();
    for (const auto& event : history.All<payment::PaymentCanceled>(id)) refunded += event.amount();
  }
  int64_t owed = 0;
  for (const CleaningReservation& row : stored.reservations) {
    const bool ended = row.status() >= CleaningReservation::STATUS_CANCELED;
    if (!ended) owed += row.price();
    if (held[row.id()] != (ended ? 0 : row.price())) {
      problems.Add(absl::StrCat("held for ", row.id(), ": ", held[row.id()], ", which is {",
                                row.ShortDebugString(), "}"));
    }
    if (row.price() > kLimit && row.status() != CleaningReservation::STATUS_REJECTED) {
      problems.Add(absl::StrCat("dearer than anybody may pay: ", row.id()));
    }
  }
  if (approved - refunded != owed) {
    problems.Add(absl::StrCat("approved ", approved, " − refunded ", refunded, " is not ", owed));
  }
  return problems.ToString();
}

std::string CheckMessages(const Stored& stored, const Town&) {
  Problems problems;
  const History history(stored.topics);
  std::map<MessageKey, int> expected;
  for (const std::string& id : history.ids()) {
    Expect<payment::PaymentApproved>(history, id, expected);
    Expect<payment::PaymentCanceled>(history, id, expected);
    Expect<payment::PaymentKindRefused>(history, id, expected);
    Expect<cleaning::CleaningConfirmed>(history, id, expected);
    Expect<paymethod::PaymethodRegistered>(history, id, expected);
    Expect<paymethod::PaymethodChanged>(history, id, expected);
  }
  for (const message::Message& row : stored.messages) {
    if (row.text().empty()) problems.Add(absl::StrCat("no text: ", row.ShortDebugString()));
    --expected[{row.recipient(), row.kind(), row.subject_id()}];
  }
  for (const auto& [key, missing] : expected) {
    if (missing == 0) continue;
    const auto& [recipient, kind, subject] = key;
    problems.Add(
        absl::StrCat(recipient, " misses ", missing, " messages ", kind, " about ", subject));
  }
  return problems.ToString();
}

std::string CheckHomecleaning(const Stored& stored, const Town& town) {
  std::string problems;
  const auto add = [&problems](const char* invariant, const std::string& found) {
    if (!found.empty()) absl::StrAppend(&problems, "[", invariant, "]\n", found, "\n");
  };
  for (const Checker& checker : kCheckers) add(checker.invariant, checker.check(stored, town));
  add("log", CheckTopics(stored.topics));
  return problems;
}

}  // namespace maru::workload::homecleaning
