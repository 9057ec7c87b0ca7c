#include "tests/workload/food/customer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/workload/lists.h"

namespace maru::workload::food {

using async::Task;
using dashboard::OrderView;
using order::Order;

namespace {

constexpr Refusal kNotCancelable{absl::StatusCode::kFailedPrecondition, "NOT_CANCELABLE"};
constexpr Refusal kPaymentRefused{absl::StatusCode::kFailedPrecondition, "PAYMENT_REFUSED"};
constexpr Refusal kCanceledWhilePending{absl::StatusCode::kFailedPrecondition,
                                        "CANCELED_WHILE_PENDING"};
// One watches for so long.
constexpr size_t kLongestWatchMs = 8000;

int64_t PriceOf(const order::PlaceOrderRequest& request) {
  int64_t price = 0;
  for (const order::OrderItem& item : request.items()) price += item.quantity() * item.unit_price();
  return price;
}

bool IsLast(OrderView::Status status) {
  return status == OrderView::STATUS_DELIVERED || status == OrderView::STATUS_REFUNDED;
}

// A call that is under way for so long, and a little more.
constexpr size_t kHastyUs = 3000;

}  // namespace

Task<> Customer::Step() {
  switch (Pick(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return Place();
    case 6:
    case 7:
    case 8:
      return Cancel();
    case 9:
    case 10:
      return LookAtOrder();
    case 11:
    case 12:
      return LookAtView();
    case 13:
    case 14:
    case 15:
      return Watch();
    case 16:
      return List();
    case 17:
      return TryForeign();
    case 18:
      return TryRepeat();
    default:
      return TryInvalid();
  }
}

const Wish* Customer::AnyOwn() {
  if (wishes_.empty()) return nullptr;
  const Wish& wish = town_.wishes.at(wishes_[Pick(wishes_.size())]);
  return wish.order_id.empty() ? nullptr : &wish;
}

void Customer::Saw(const std::string& context, const std::string& id, int floor, int status) {
  if (status < floor) {
    Note(absl::StrCat(context, " showed ", id, " as ", status, ", and as ", floor, " before"));
  }
  town_.statuses.Saw(context, id, status);
}

order::PlaceOrderRequest Customer::NewRequest() {
  order::PlaceOrderRequest request;
  request.set_request_id(NewId());
  request.set_store_id(kStores[Pick(std::size(kStores))]);
  request.set_store_name(absl::StrCat("맛나 분식 ", request.store_id()));
  order::OrderItem& item = *request.add_items();
  item.set_item_name(ItemNameOf(request.request_id()));
  item.set_quantity(1 + static_cast<int>(Pick(3)));
  item.set_unit_price(OneIn(8) ? kLimit + 1 : static_cast<int64_t>(1 + Pick(30'000)));
  if (OneIn(2)) {
    order::OrderItem& more = *request.add_items();
    more.set_item_name("공기밥");
    more.set_quantity(1);
    more.set_unit_price(1000);
  }
  if (OneIn(2)) request.set_price(PriceOf(request));
  request.set_address("서울 마포구 어울마당로 35");
  return request;
}

Task<> Customer::Place() {
  const order::PlaceOrderRequest request = NewRequest();
  Wish& wish = town_.wishes[request.request_id()];
  wish.customer = subject();
  wish.request = request;
  wishes_.push_back(request.request_id());
  if (OneIn(4)) {
    // Given up in the middle: the next try joins it, or they think better of it.
    wish.unsure = true;
    CallOptions hasty;
    hasty.timeout = absl::Microseconds(300 + Pick(kHastyUs));
    const auto result = co_await actor_.Call(kPlaceOrder, request, hasty);
    wish.order_id = PendingRow(result);
    if (!wish.order_id.empty() && OneIn(2)) co_return co_await Cancel(request.request_id());
  }
  co_await Insistently(request.request_id());
}

Task<> Customer::Insistently(std::string request_id) {
  Wish& wish = town_.wishes.at(request_id);
  const auto result = co_await Insist(kPlaceOrder, wish.request);
  std::vector<Refusal> refusals;
  const bool dear = PriceOf(wish.request) > kLimit;
  if (dear) refusals.push_back(kPaymentRefused);
  if (town_.cancel_asked.contains(wish.order_id)) refusals.push_back(kCanceledWhilePending);
  const Verdict verdict = Judge("PlaceOrder", result, /*may_succeed=*/!dear, refusals);
  if (verdict == Verdict::kDone) {
    const Order& row = result.reply;
    if (row.status() != Order::STATUS_PAID || row.customer_id() != subject() ||
        row.price() != PriceOf(wish.request)) {
      Note(absl::StrCat("ordered, got {", row.ShortDebugString(), "}"));
    }
    wish.outcome = Wish::Outcome::kPlaced;
    wish.unsure = false;
    wish.order_id = row.id();
    wish.position = result.position;
    town_.statuses.Saw(kOrder, row.id(), Order::STATUS_PAID);
  } else if (verdict == Verdict::kRefused) {
    // Its contract says no, or surely nothing happened; unless an earlier try did.
    if (!IsOpen(result) || !wish.unsure) wish.outcome = Wish::Outcome::kRefused;
  } else {
    wish.outcome = Wish::Outcome::kUnknown;
    wish.unsure = true;
  }
  const std::string pending = PendingRow(result);
  if (!pending.empty()) wish.order_id = pending;
}

Task<> Customer::Cancel() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Place();
  co_await Cancel(wish->request.request_id());
}

Task<> Customer::Cancel(std::string request_id) {
  const std::string id = town_.wishes.at(request_id).order_id;
  order::CancelOrderRequest request;
  request.set_id(id);
  request.set_request_id(NewId());
  town_.cancel_asked.insert(id);
  const auto result = co_await Insist(kCancelOrder, request);
  const Verdict verdict = Judge("CancelOrder", result, /*may_succeed=*/true, {kNotCancelable});
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<order::OrderCancelRequested>(id);
  if (verdict != Verdict::kDone) co_return;
  if (result.reply.status() == Order::STATUS_REJECTED) {
    town_.canceled_pending.insert(id);
    // The request that made it is told so.
    if (town_.wishes.at(request_id).order_id == id) co_await Insistently(request_id);
  } else {
    town_.deeds.Once<order::OrderCancelRequested>(id);
  }
}

Task<> Customer::LookAtOrder() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Place();
  const std::string id = wish->order_id;
  order::GetOrderRequest request;
  request.set_id(id);
  const int floor = town_.statuses.Floor(kOrder, id);
  const auto result = co_await Insist(kGetOrder, request);
  if (Judge("GetOrder", result, /*may_succeed=*/true, {}) == Verdict::kDone) {
    Saw(kOrder, id, floor, result.reply.status());
  }
}

Task<> Customer::LookAtView() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Place();
  const std::string id = wish->order_id;
  dashboard::GetOrderViewRequest request;
  request.set_order_id(id);
  const int floor = town_.statuses.Floor(kDashboard, id);
  const bool waits = OneIn(2) && !wish->position.empty();
  if (waits) request.set_position(wish->position);
  const auto result = co_await Insist(kGetOrderView, request);
  std::vector<Refusal> refusals;
  if (floor == 0 && !waits) refusals.push_back(kNotFound);
  if (Judge("GetOrderView", result, /*may_succeed=*/true, refusals) == Verdict::kDone) {
    Saw(kDashboard, id, floor, result.reply.status());
  }
}

Task<> Customer::Watch() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Place();
  const std::string id = wish->order_id;
  Watcher& watcher = town_.watchers[id];
  dashboard::WatchOrderRequest request;
  request.set_order_id(id);
  request.set_after(watcher.position);
  CallOptions options;
  options.token = actor_.token();
  options.timeout = absl::Milliseconds(1 + Pick(kLongestWatchMs));
  const int floor = town_.statuses.Floor(kDashboard, id);
  const std::string question = request.SerializeAsString();
  std::vector<std::string> replies;
  const Outcome outcome = co_await api().CallStream(kWatchOrder.deployment, kWatchOrder.path,
                                                    question, options, &replies);
  for (const std::string& bytes : replies) {
    dashboard::WatchOrderResponse change;
    if (!change.ParseFromString(bytes) || change.order_view().order_id() != id) {
      Note(absl::StrCat("watched ", id, ", got {", change.ShortDebugString(), "}"));
    }
    watcher.told.push_back(change.status());
    watcher.position = change.resume_position();
    town_.statuses.Saw(kDashboard, id, change.status());
  }
  const bool ended = !watcher.told.empty() && IsLast(watcher.told.back());
  const bool allowed = outcome.ok()                                  ? ended
                       : outcome.code == absl::StatusCode::kNotFound ? floor == 0 && replies.empty()
                                                                     : IsOpen(outcome);
  if (!allowed) Note(absl::StrCat("watching ", id, " ended with ", Describe(outcome)));
}

Task<> Customer::List() {
  const Instant began = Now();
  std::map<std::string, int> floors;
  for (const std::string& request_id : wishes_) {
    const std::string& id = town_.wishes.at(request_id).order_id;
    floors[id] = town_.statuses.Floor(kOrder, id);
  }
  order::ListOrdersRequest request;
  request.set_page_size(1 + static_cast<int>(Pick(5)));
  const auto rows =
      co_await ReadAll(actor_, kListOrders, request, &order::ListOrdersResponse::mutable_orders);
  if (!Listed("ListOrders", rows.status(), began)) co_return;
  for (const Order& row : *rows) {
    if (row.customer_id() != subject()) {
      Note(absl::StrCat("listed somebody else's: ", row.ShortDebugString()));
    }
    Saw(kOrder, row.id(), floors[row.id()], row.status());
  }
}

Task<> Customer::TryForeign() {
  std::string id;
  for (const auto& [request_id, wish] : town_.wishes) {
    if (wish.customer != subject() && !wish.order_id.empty()) id = wish.order_id;
  }
  if (id.empty()) co_return co_await Place();
  order::CancelOrderRequest cancel;
  cancel.set_id(id);
  cancel.set_request_id(NewId());
  const auto canceled = co_await Insist(kCancelOrder, cancel);
  ExpectRefusal("somebody else's order", canceled, kNotFound);
  dashboard::GetOrderViewRequest look;
  look.set_order_id(id);
  const auto seen = co_await Insist(kGetOrderView, look);
  ExpectRefusal("somebody else's page", seen, kNotFound);
}

// The first result comes back, whatever became of the order.
Task<> Customer::TryRepeat() {
  if (wishes_.empty()) co_return co_await Place();
  const std::string request_id = wishes_[Pick(wishes_.size())];
  const Wish wish = town_.wishes.at(request_id);
  if (wish.outcome != Wish::Outcome::kPlaced) co_return co_await Insistently(request_id);
  order::PlaceOrderRequest request = wish.request;
  if (OneIn(2)) {
    request.set_address("다른 곳");
    const auto refused = co_await Insist(kPlaceOrder, request);
    ExpectRefusal("other content under a used request_id", refused, kRequestIdReused);
    co_return;
  }
  const auto result = co_await Insist(kPlaceOrder, request);
  const Verdict verdict = Judge("a repeat", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone &&
      (result.reply.id() != wish.order_id || result.reply.status() != Order::STATUS_PAID)) {
    Note(absl::StrCat("a repeat of ", wish.order_id, " got {", result.reply.ShortDebugString(),
                      "}"));
  }
}

Task<> Customer::TryInvalid() {
  order::PlaceOrderRequest request = NewRequest();
  if (OneIn(2)) {
    request.set_price(PriceOf(request) + 1);
  } else {
    request.mutable_items(0)->set_quantity(0);
  }
  const auto refused = co_await Insist(kPlaceOrder, request);
  ExpectRefusal("a wrong price", refused, kInvalidField);
  store::AcceptOrderRequest accept;
  accept.set_id(NewId());
  const auto forbidden = co_await Insist(kAcceptOrder, accept);
  ExpectRefusal("a customer who accepts", forbidden, kRoleRequired);
}

}  // namespace maru::workload::food
