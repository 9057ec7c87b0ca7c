#include "tests/workload/fashion/customer.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "tests/workload/lists.h"

namespace maru::workload::fashion {

using async::Task;
using order::Order;

namespace {

constexpr Refusal kNotCancelable{absl::StatusCode::kFailedPrecondition, "NOT_CANCELABLE"};
constexpr Refusal kOutOfStock{absl::StatusCode::kFailedPrecondition, "OUT_OF_STOCK"};
constexpr Refusal kNoSuchProduct{absl::StatusCode::kFailedPrecondition, "NO_SUCH_PRODUCT"};
constexpr Refusal kPaymentRefused{absl::StatusCode::kFailedPrecondition, "PAYMENT_REFUSED"};
constexpr Refusal kCanceledWhilePending{absl::StatusCode::kFailedPrecondition,
                                        "CANCELED_WHILE_PENDING"};

// A call that is under way for so long, and a little more.
constexpr size_t kHastyUs = 3000;

}  // namespace

Task<> Customer::Step() {
  if (town_.products.empty()) co_return;
  switch (Pick(17)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      co_return co_await Place();
    case 6:
    case 7:
    case 8:
      co_return co_await Cancel();
    case 9:
    case 10:
      co_return co_await LookAtOrder();
    case 11:
    case 12:
      co_return co_await LookAtView();
    case 13:
      co_return co_await TryForeign();
    case 14:
      co_return co_await LookAtProducts();
    case 15:
      co_return co_await TryRepeat();
    default:
      co_return co_await TryInvalid();
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

Task<> Customer::Place() {
  const auto product =
      std::next(town_.products.begin(), static_cast<ptrdiff_t>(Pick(town_.products.size())));
  order::PlaceOrderRequest request;
  request.set_request_id(NewId());
  request.set_product_id(OneIn(20) ? "없는-상품" : product->first);
  request.set_quantity(1 + static_cast<int>(Pick(3)));
  request.set_customer_name(request.request_id());
  request.set_customer_address("서울 종로구 계동길 37");
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
  const auto product = town_.products.find(wish.request.product_id());
  const int64_t price =
      product == town_.products.end() ? 0 : product->second.price() * wish.request.quantity();
  const bool dear = price > kLimit;
  std::vector<Refusal> refusals;
  if (product == town_.products.end()) {
    refusals.push_back(kNoSuchProduct);
  } else {
    refusals.push_back(kOutOfStock);
  }
  if (dear) refusals.push_back(kPaymentRefused);
  if (town_.cancel_asked.contains(wish.order_id)) refusals.push_back(kCanceledWhilePending);
  const bool may_succeed = product != town_.products.end() && !dear;
  const Verdict verdict = Judge("PlaceOrder", result, may_succeed, refusals);
  if (verdict == Verdict::kDone) {
    const Order& row = result.reply;
    if (row.status() != Order::STATUS_PAID || row.customer_id() != subject() ||
        row.price() != price) {
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
  orderview::GetOrderStatusRequest request;
  request.set_order_id(id);
  const std::string of_delivery = absl::StrCat(id, "/delivery");
  const int floor = town_.statuses.Floor(kOrderview, id);
  const int delivery_floor = town_.statuses.Floor(kOrderview, of_delivery);
  const bool waits = OneIn(2) && !wish->position.empty();
  if (waits) request.set_position(wish->position);
  const auto result = co_await Insist(kGetOrderStatus, request);
  std::vector<Refusal> refusals;
  if (floor == 0 && !waits) refusals.push_back(kNotFound);
  if (Judge("GetOrderStatus", result, /*may_succeed=*/true, refusals) == Verdict::kDone) {
    Saw(kOrderview, id, floor, result.reply.order_status());
    Saw(kOrderview, of_delivery, delivery_floor, result.reply.delivery_status());
  }
}

Task<> Customer::LookAtProducts() {
  const Instant began = Now();
  const auto rows = co_await ReadAll(actor_, kListProducts, product::ListProductsRequest(),
                                     &product::ListProductsResponse::mutable_products);
  if (!Listed("ListProducts", rows.status(), began)) co_return;
  for (const product::Product& row : *rows) {
    if (row.stock() < 0 || row.reserved() < 0 || row.sold() < 0) {
      Note(absl::StrCat("less than nothing of {", row.ShortDebugString(), "}"));
    }
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
  orderview::GetOrderStatusRequest look;
  look.set_order_id(id);
  const auto seen = co_await Insist(kGetOrderStatus, look);
  ExpectRefusal("somebody else's page", seen, kNotFound);
}

// The first result comes back, whatever became of the order.
Task<> Customer::TryRepeat() {
  if (wishes_.empty()) co_return co_await Place();
  const std::string request_id = wishes_[Pick(wishes_.size())];
  const Wish wish = town_.wishes.at(request_id);
  if (wish.outcome != Wish::Outcome::kPlaced) co_return co_await Insistently(request_id);
  const auto result = co_await Insist(kPlaceOrder, wish.request);
  const Verdict verdict = Judge("a repeat", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone &&
      (result.reply.id() != wish.order_id || result.reply.status() != Order::STATUS_PAID)) {
    Note(absl::StrCat("a repeat of ", wish.order_id, " got {", result.reply.ShortDebugString(),
                      "}"));
  }
}

Task<> Customer::TryInvalid() {
  order::PlaceOrderRequest request;
  request.set_product_id(town_.products.begin()->first);
  request.set_customer_name("김민수");
  request.set_customer_address("서울");
  request.set_request_id(NewId());
  const auto refused = co_await Insist(kPlaceOrder, request);
  ExpectRefusal("an order of nothing", refused, kInvalidField);
  product::AddStockRequest add;
  add.set_id(town_.products.begin()->first);
  add.set_quantity(1);
  const auto forbidden = co_await Insist(kAddStock, add);
  ExpectRefusal("a customer who stocks", forbidden, kRoleRequired);
}

}  // namespace maru::workload::fashion
