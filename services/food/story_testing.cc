#include "services/food/story_testing.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/async/scope.h"
#include "gtest/gtest.h"
#include "services/food/dashboard/view.h"
#include "services/food/delivery/policies.h"
#include "services/food/order/policies.h"
#include "services/food/store/policies.h"
#include "services/payment/ledger.h"
#include "services/payment/ledger_testing.h"
#include "services/payment/policies.h"

namespace maru::food {

using dashboard::v1::OrderView;
using delivery::v1::Delivery;
using maru::testing::TestContext;
using maru::testing::TestSystem;
using order::v1::Order;
using payment::v1::Payment;
using store::v1::StoreOrder;

namespace {

constexpr char kAdmin[] = "admin:root";

// What a client gets of a stream.
class Inbox final : public rpc::ServerStream {
 public:
  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    co_return std::optional<std::string>();
  }
  async::Task<absl::Status> Write(std::string message) override {
    MARU_CHECK(messages.emplace_back().ParseFromString(message));
    co_return absl::OkStatus();
  }
  void AddTrailing(std::string_view, std::string) override {}

  std::vector<dashboard::v1::WatchOrderResponse> messages;
};

}  // namespace

Story::Story(uint32_t seed) : TestSystem("food", seed) {
  events::Policies on_order;
  order::AddPolicies(on_order);
  Hear(order_context_, on_order, {&store_context_, &delivery_context_, &payment_context_});
  events::Policies on_payment;
  MARU_CHECK(payment::AddPolicies("food", provider_, on_payment));
  Hear(payment_context_, on_payment, {&order_context_, &store_context_});
  events::Policies on_store;
  store::AddPolicies(store_tickets_, on_store);
  Hear(store_context_, on_store, {&order_context_});
  events::Policies on_delivery;
  delivery::AddPolicies(on_delivery);
  Hear(delivery_context_, on_delivery, {&store_context_});
  dashboard::AddView(view_);
  See(dashboard_context_, view_,
      {&order_context_, &store_context_, &delivery_context_, &payment_context_});
}

std::vector<TestSystem::Deployment> Story::Deployments() {
  return {{order_context_, orders_},
          {payment_context_, payments_, payment::CheckLedger},
          {store_context_, stores_},
          {delivery_context_, deliveries_},
          {dashboard_context_, views_}};
}

std::vector<TestSystem::Peering> Story::Peerings() { return {{order_context_, to_payment_}}; }

template <class Service, class Request, class Reply>
absl::StatusOr<Reply> Story::Do(
    Service& service,
    async::Task<absl::StatusOr<Reply>> (Service::*method)(const rpc::CallContext&, const Request&),
    std::string_view who, const std::string& id) {
  Request request;
  request.set_id(id);
  const rpc::CallContext call = Call(who);
  return Run((service.*method)(call, request));
}

absl::StatusOr<Order> Story::Place(std::string_view who, int64_t price,
                                   const std::string& request_id) {
  order::v1::PlaceOrderRequest request;
  request.set_store_id("김밥천국");
  request.set_store_name("김밥천국 홍대점");
  order::v1::OrderItem& item = *request.add_items();
  item.set_item_name("김치찌개");
  item.set_quantity(1);
  item.set_unit_price(price);
  request.set_address("서울 마포구 어울마당로 35");
  const rpc::CallContext call = Call(who, request_id, absl::StrCat(price));
  return Run(orders_.PlaceOrder(call, request));
}

absl::StatusOr<Order> Story::Cancel(std::string_view who, const std::string& id) {
  return Do(orders_, &order::OrderService::CancelOrder, who, id);
}
absl::StatusOr<StoreOrder> Story::Accept(const std::string& id) {
  return Do(stores_, &store::StoreService::AcceptOrder, kPark, id);
}
absl::StatusOr<StoreOrder> Story::Reject(const std::string& id) {
  return Do(stores_, &store::StoreService::RejectOrder, kPark, id);
}
absl::StatusOr<StoreOrder> Story::StartCooking(const std::string& id) {
  return Do(stores_, &store::StoreService::StartCooking, kPark, id);
}
absl::StatusOr<StoreOrder> Story::FinishCooking(const std::string& id) {
  return Do(stores_, &store::StoreService::FinishCooking, kPark, id);
}
absl::StatusOr<Delivery> Story::PickUp(std::string_view who, const std::string& id) {
  return Do(deliveries_, &delivery::DeliveryService::PickUp, who, id);
}
absl::StatusOr<Delivery> Story::Complete(std::string_view who, const std::string& id) {
  return Do(deliveries_, &delivery::DeliveryService::CompleteDelivery, who, id);
}

void Story::Look(const std::string& id) {
  Watcher& watcher = watchers_[id];
  dashboard::v1::WatchOrderRequest request;
  request.set_order_id(id);
  request.set_after(watcher.position);
  const rpc::CallContext call = Call(kAdmin);
  Inbox inbox;
  rpc::StreamWriter<dashboard::v1::WatchOrderResponse> writer(inbox);
  async::Scope connection;
  connection.Spawn([](async::Task<absl::Status> watch) -> async::Task<void> {
    (co_await std::move(watch)).IgnoreError();  // NOT_FOUND: not shown yet
  }(views_.WatchOrder(call, request, writer)));
  executor().RunUntilIdle();
  for (const auto& message : inbox.messages) {
    watcher.told.push_back(message.status());
    watcher.position = message.resume_position();
  }
}

void Story::Settle() {
  TestSystem::Settle();
  for (auto& [id, watcher] : watchers_) Look(id);
}

std::map<std::string, Order> Story::Orders() {
  std::map<std::string, Order> rows;
  const rpc::CallContext call = Call(kAdmin);
  for (int status = Order::STATUS_PENDING; status <= Order::STATUS_REJECTED; ++status) {
    order::v1::ListOrdersRequest request;
    request.set_page_size(1000);
    request.set_status(static_cast<Order::Status>(status));
    const auto page = Run(orders_.ListOrders(call, request));
    for (const auto& row : page->orders()) rows[row.id()] = row;
  }
  return rows;
}

std::map<std::string, Payment> Story::Payments() {
  payment::v1::ListPaymentsRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  std::map<std::string, Payment> rows;
  const auto page = Run(payments_.ListPayments(call, request));
  for (const auto& row : page->payments()) {
    rows[row.reference_id()] = row;
  }
  return rows;
}

std::map<std::string, StoreOrder> Story::Tickets() {
  std::map<std::string, StoreOrder> rows;
  const rpc::CallContext call = Call(kAdmin);
  for (int status = StoreOrder::STATUS_PLACED; status <= StoreOrder::STATUS_CANCELED; ++status) {
    store::v1::ListStoreOrdersRequest request;
    request.set_page_size(1000);
    request.set_status(static_cast<StoreOrder::Status>(status));
    const auto page = Run(stores_.ListStoreOrders(call, request));
    for (const auto& row : page->store_orders()) {
      EXPECT_TRUE(rows.emplace(row.order_id(), row).second) << "two tickets";
    }
  }
  return rows;
}

std::map<std::string, Delivery> Story::Deliveries() {
  delivery::v1::ListDeliveriesRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  std::map<std::string, Delivery> rows;
  const auto page = Run(deliveries_.ListDeliveries(call, request));
  for (const auto& row : page->deliveries()) {
    EXPECT_TRUE(rows.emplace(row.order_id(), row).second) << "two deliveries";
  }
  return rows;
}

std::map<std::string, OrderView> Story::Views() {
  dashboard::v1::ListOrderViewsRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  std::map<std::string, OrderView> rows;
  const auto page = Run(views_.ListOrderViews(call, request));
  for (const auto& row : page->order_views()) {
    rows[row.order_id()] = row;
  }
  return rows;
}

void Story::Step() {
  switch (Below(8)) {
    case 0:
    case 1:
    case 2:
      Act();
      break;
    case 3:
      Weather();
      break;
    default:
      queues().DeliverOne();
  }
  queues().Collect();
}

// Payment is away, or its answers are lost, for a while; a listener is down; time passes.
void Story::Weather() {
  TestContext* const contexts[] = {&order_context_, &payment_context_, &store_context_,
                                   &delivery_context_, &dashboard_context_};
  switch (Below(6)) {
    case 0:
      return to_payment_.SetDown(Below(3) == 0);
    case 1:
      return to_payment_.LoseAnswers(Below(3) == 0);
    case 2:
      return queues().SetDown(*contexts[Below(5)], Below(3) == 0);
    default:
      return executor().Advance(absl::Seconds(static_cast<int64_t>(1 + Below(60))));
  }
}

// Whatever is refused is refused: the checks see what is left.
void Story::Act() {
  const std::string customer = absl::StrCat("customer:", Below(2) == 0 ? "kim" : "lee");
  const std::string rider = absl::StrCat("rider:", Below(2) == 0 ? "jun" : "sora");
  const auto any = [this](const auto& rows) {
    return std::next(rows.begin(), static_cast<ptrdiff_t>(Below(rows.size())))->second;
  };
  const auto orders = Orders();
  const size_t what = orders.empty() ? 0 : Below(16);
  if (what < 2) {
    const bool repeats = Below(2) == 0;
    const std::string request_id =
        repeats ? absl::StrCat("0190f0e0-7c1c-7a3e-8000-00000000000", Below(6)) : "";
    Place(customer, !repeats && Below(6) == 0 ? kLimit + 1 : 18000, request_id).IgnoreError();
  } else if (what < 4) {
    const Order row = any(orders);
    Cancel(absl::StrCat("customer:", row.customer_id()), row.id()).IgnoreError();
  } else if (what < 6) {
    Look(any(orders).id());
  } else if (what < 13) {
    const auto tickets = Tickets();
    if (tickets.empty()) return;
    const std::string id = any(tickets).id();
    (what < 8    ? Accept(id)
     : what < 10 ? StartCooking(id)
     : what < 12 ? FinishCooking(id)
                 : Reject(id))
        .IgnoreError();
  } else {
    const auto deliveries = Deliveries();
    if (deliveries.empty()) return;
    const std::string id = any(deliveries).id();
    (what < 15 ? PickUp(rider, id) : Complete(rider, id)).IgnoreError();
  }
}

void Story::CheckOrder(const Order& row) {
  SCOPED_TRACE(row.DebugString());
  const auto payments = Payments();
  const auto tickets = Tickets();
  const auto deliveries = Deliveries();
  const auto views = Views();
  const auto payment = payments.find(row.id());
  if (row.status() == Order::STATUS_REJECTED) {
    EXPECT_TRUE(payment == payments.end() || payment->second.status() != Payment::STATUS_APPROVED);
    EXPECT_FALSE(tickets.contains(row.id()) || deliveries.contains(row.id()));
    EXPECT_FALSE(views.contains(row.id())) << "a rejected one is shown";
    return;
  }
  ASSERT_TRUE(payment != payments.end() && tickets.contains(row.id()) && views.contains(row.id()));
  EXPECT_EQ(payment->second.amount(), row.price());
  EXPECT_EQ(OrderView::Status_Name(views.at(row.id()).status()), Order::Status_Name(row.status()));

  // The ticket decides; everybody agrees.
  const StoreOrder::Status ticket = tickets.at(row.id()).status();
  const bool cooked = ticket == StoreOrder::STATUS_COOKED;
  const bool ended = ticket == StoreOrder::STATUS_CANCELED || ticket == StoreOrder::STATUS_REJECTED;
  EXPECT_EQ(payment->second.status(), ended ? Payment::STATUS_CANCELED : Payment::STATUS_APPROVED);
  EXPECT_EQ(row.cancel_requested(), ticket == StoreOrder::STATUS_CANCELED) << "a flag is left";
  ASSERT_EQ(deliveries.contains(row.id()), cooked);
  if (ended) {
    EXPECT_EQ(row.status(), Order::STATUS_REFUNDED);
  } else if (!cooked) {
    EXPECT_EQ(static_cast<int>(row.status()) - Order::STATUS_PAID,
              static_cast<int>(ticket) - StoreOrder::STATUS_PLACED);
  } else {
    const Delivery& delivery = deliveries.at(row.id());
    EXPECT_EQ(static_cast<int>(row.status()) - Order::STATUS_DELIVERING,
              static_cast<int>(delivery.status()) - Delivery::STATUS_STARTED);
    EXPECT_EQ(row.rider_id(), delivery.rider_id());
  }
}

void Story::Check() {
  for (const auto& [id, row] : Orders()) CheckOrder(row);
  const auto views = Views();
  for (const auto& [id, watcher] : watchers_) {
    SCOPED_TRACE(id);
    const auto& told = watcher.told;
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    EXPECT_EQ(std::adjacent_find(told.begin(), told.end()), told.end()) << "told twice";
    ASSERT_EQ(told.empty(), !views.contains(id));
    if (!told.empty()) {
      EXPECT_EQ(told.back(), views.at(id).status());
    }
  }
  payment::ExpectMoneyAddsUp(payment_context_);
}

}  // namespace maru::food
