#include "tests/workload/food/checkers.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/workload/checkers.h"
#include "tests/workload/history.h"
#include "tests/workload/problems.h"

namespace maru::workload::food {

using dashboard::OrderView;
using order::Order;

namespace {

struct Checker {
  const char* invariant;
  std::string (*check)(const Stored& stored, const Town& town);
};

constexpr Checker kCheckers[] = {
    {"wishes", CheckWishes}, {"deeds", CheckDeeds}, {"consequences", CheckConsequences},
    {"rows", CheckRows},     {"money", CheckMoney}, {"watchers", CheckWatchers},
};

std::string Statuses(const std::vector<OrderView::Status>& statuses) {
  return absl::StrJoin(statuses, " ", [](std::string* out, OrderView::Status status) {
    absl::StrAppend(out, OrderView::Status_Name(status));
  });
}

// Whether the order is what was wished for.
void CheckContent(const Wish& wish, const Order& row, Problems& problems) {
  const order::PlaceOrderRequest& asked = wish.request;
  bool same = row.customer_id() == wish.customer && row.store_id() == asked.store_id() &&
              row.store_name() == asked.store_name() && row.address() == asked.address() &&
              row.items_size() == asked.items_size();
  int64_t price = 0;
  for (int i = 0; same && i < row.items_size(); ++i) {
    same = row.items(i).SerializeAsString() == asked.items(i).SerializeAsString();
    price += row.items(i).quantity() * row.items(i).unit_price();
  }
  if (same && row.price() == price) return;
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
    const auto wish = town.wishes.find(WishOf(row));
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
  town.deeds.Check<store::StoreAccepted>(history, problems);
  town.deeds.Check<store::CookStarted>(history, problems);
  town.deeds.Check<store::CookFinished>(history, problems);
  town.deeds.Check<delivery::DeliveryPickedUp>(history, problems);
  town.deeds.Check<delivery::DeliveryCompleted>(history, problems);
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

std::string CheckWatchers(const Stored& stored, const Town& town) {
  Problems problems;
  for (const auto& [id, watcher] : town.watchers) {
    std::vector<OrderView::Status> told = watcher.told;
    const auto& rest = stored.rest.at(id);
    told.insert(told.end(), rest.begin(), rest.end());
    const auto& shown = stored.shown.at(id);
    if (told != shown) {
      problems.Add(absl::StrCat("a watcher of ", id, " was told [", Statuses(told),
                                "], shown were [", Statuses(shown), "]"));
    }
    if (std::adjacent_find(shown.begin(), shown.end(), std::greater_equal<>()) != shown.end()) {
      problems.Add(absl::StrCat(id, " went back: [", Statuses(shown), "]"));
    }
  }
  return problems.ToString();
}

std::string CheckFood(const Stored& stored, const Town& town) {
  std::string problems;
  const auto add = [&problems](const char* invariant, const std::string& found) {
    if (!found.empty()) absl::StrAppend(&problems, "[", invariant, "]\n", found, "\n");
  };
  for (const Checker& checker : kCheckers) add(checker.invariant, checker.check(stored, town));
  add("log", CheckTopics(stored.topics));
  return problems;
}

}  // namespace maru::workload::food
