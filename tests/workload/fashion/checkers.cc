#include "tests/workload/fashion/checkers.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/workload/checkers.h"
#include "tests/workload/history.h"
#include "tests/workload/problems.h"

namespace maru::workload::fashion {

using order::Order;

namespace {

struct Checker {
  const char* invariant;
  std::string (*check)(const Stored& stored, const Town& town);
};

constexpr Checker kCheckers[] = {
    {"wishes", CheckWishes}, {"deeds", CheckDeeds}, {"consequences", CheckConsequences},
    {"rows", CheckRows},     {"money", CheckMoney}, {"stock", CheckStock},
};

// Whether the order is what was wished for.
void CheckContent(const Wish& wish, const Order& row, Problems& problems) {
  const order::PlaceOrderRequest& asked = wish.request;
  if (row.customer_id() == wish.customer && row.product_id() == asked.product_id() &&
      row.quantity() == asked.quantity() && row.customer_address() == asked.customer_address()) {
    return;
  }
  problems.Add(absl::StrCat("wished {", asked.ShortDebugString(), "}, stored {",
                            row.ShortDebugString(), "}"));
}

}  // namespace

std::string CheckWishes(const Stored& stored, const Town& town) {
  Problems problems;
  // By wish, those that were paid.
  std::map<std::string, std::vector<std::string>> paid;
  std::map<std::string, Order::Status> statuses;
  for (const Order& row : stored.orders) {
    if (!statuses.emplace(row.id(), row.status()).second) {
      problems.Add(absl::StrCat("listed twice: ", row.id()));
    }
    const auto wish = town.wishes.find(row.customer_name());
    if (wish == town.wishes.end()) {
      problems.Add(absl::StrCat("nobody wished for {", row.ShortDebugString(), "}"));
      continue;
    }
    CheckContent(wish->second, row, problems);
    if (row.status() == Order::STATUS_PENDING) problems.Add(absl::StrCat(row.id(), " is PENDING"));
    if (row.status() != Order::STATUS_REJECTED) paid[wish->first].push_back(row.id());
  }
  for (const auto& [request_id, wish] : town.wishes) {
    const std::vector<std::string>& orders = paid[request_id];
    if (orders.size() > 1) {
      problems.Add(absl::StrCat(request_id, " became several: ", absl::StrJoin(orders, ", ")));
    }
    if (wish.outcome == Wish::Outcome::kPlaced && orders != std::vector{wish.order_id}) {
      problems.Add(absl::StrCat("acknowledged as ", wish.order_id, " but stored as [",
                                absl::StrJoin(orders, ", "), "]: ", request_id));
    }
    if (wish.outcome == Wish::Outcome::kRefused && !orders.empty()) {
      problems.Add(absl::StrCat("refused but there is ", orders.front(), ": ", request_id));
    }
  }
  for (const std::string& id : town.canceled_pending) {
    if (statuses[id] != Order::STATUS_REJECTED) {
      problems.Add(absl::StrCat(id, " was canceled while it was pending, and is ",
                                Order::Status_Name(statuses[id])));
    }
  }
  return problems.ToString();
}

std::string CheckDeeds(const Stored& stored, const Town& town) {
  Problems problems;
  const History history(stored.topics);
  town.deeds.Check<order::OrderCancelRequested>(history, problems);
  town.deeds.Check<delivery::DeliveryCompleted>(history, problems);
  town.deeds.Check<product::StockAdded>(history, problems);
  // Stores accept by themselves.
  town.deeds.CheckNoneMissing<store::StoreAccepted>(history, problems);
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
  for (const Order& row : stored.orders) {
    const bool ended = row.status() >= Order::STATUS_CANCELED;
    if (!ended) owed += row.price();
    if (held[row.id()] != (ended ? 0 : row.price())) {
      problems.Add(absl::StrCat("held for ", row.id(), ": ", held[row.id()], ", which is {",
                                row.ShortDebugString(), "}"));
    }
    if (row.price() > kLimit && row.status() != Order::STATUS_REJECTED) {
      problems.Add(absl::StrCat("dearer than anybody may pay: ", row.id()));
    }
  }
  if (approved - refunded != owed) {
    problems.Add(absl::StrCat("approved ", approved, " − refunded ", refunded, " is not ", owed));
  }
  return problems.ToString();
}

std::string CheckStock(const Stored& stored, const Town& town) {
  Problems problems;
  const History history(stored.topics);
  std::map<std::string, int64_t> sold;
  for (const Order& row : stored.orders) {
    if (row.status() < Order::STATUS_CANCELED) sold[row.product_id()] += row.quantity();
  }
  std::set<std::string> listed;
  for (const product::Product& row : stored.products) {
    listed.insert(row.id());
    int64_t brought = 0;
    for (const auto& event : history.All<product::ProductRegistered>(row.id())) {
      brought += event.stock();
    }
    for (const auto& event : history.All<product::StockAdded>(row.id())) {
      brought += event.quantity();
    }
    if (row.stock() + row.reserved() + row.sold() == brought && row.stock() >= 0 &&
        row.reserved() == 0 && row.sold() == sold[row.id()]) {
      continue;
    }
    problems.Add(absl::StrCat("of {", row.ShortDebugString(), "} ", brought, " were brought and ",
                              sold[row.id()], " ordered"));
  }
  for (const auto& [id, row] : town.products) {
    if (!listed.contains(id)) problems.Add(absl::StrCat("acknowledged but not listed: ", id));
  }
  return problems.ToString();
}

std::string CheckFashion(const Stored& stored, const Town& town) {
  std::string problems;
  const auto add = [&problems](const char* invariant, const std::string& found) {
    if (!found.empty()) absl::StrAppend(&problems, "[", invariant, "]\n", found, "\n");
  };
  for (const Checker& checker : kCheckers) add(checker.invariant, checker.check(stored, town));
  add("log", CheckTopics(stored.topics));
  return problems;
}

}  // namespace maru::workload::fashion
