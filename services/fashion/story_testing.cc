#include "services/fashion/story_testing.h"

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/async/scope.h"
#include "common/base/status.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/fashion/delivery/policies.h"
#include "services/fashion/order/policies.h"
#include "services/fashion/orderview/view.h"
#include "services/fashion/product/policies.h"
#include "services/fashion/store/policies.h"
#include "services/payment/ledger.h"
#include "services/payment/policies.h"

namespace maru::fashion {

using delivery::v1::Delivery;
using maru::testing::TestSystem;
using order::v1::Order;
using store::v1::StoreOrder;

namespace {

constexpr char kPark[] = "owner:park@s1";

template <class Request>
Request WithId(const std::string& id) {
  Request request;
  request.set_id(id);
  return request;
}

order::v1::PlaceOrderRequest OrderOf(const std::string& product, int quantity) {
  order::v1::PlaceOrderRequest request;
  request.set_product_id(product);
  request.set_quantity(quantity);
  request.set_customer_name("김민수");
  request.set_customer_address("서울 마포구 어울마당로 35");
  return request;
}

}  // namespace

Story::Story(uint32_t seed) : TestSystem("fashion", seed) {
  events::Policies on_product;
  product::AddPolicies(on_product);
  Hear(product_context_, on_product, {&order_context_, &delivery_context_});
  events::Policies on_order;
  order::AddPolicies(on_order);
  Hear(order_context_, on_order, {&store_context_, &delivery_context_, &payment_context_});
  events::Policies on_payment;
  MARU_CHECK(payment::AddPolicies("fashion", provider_, on_payment));
  Hear(payment_context_, on_payment, {&delivery_context_});
  events::Policies on_store;
  store::AddPolicies(on_store);
  Hear(store_context_, on_store, {&order_context_, &delivery_context_});
  events::Policies on_delivery;
  delivery::AddPolicies(on_delivery);
  Hear(delivery_context_, on_delivery, {&store_context_});
  orderview::AddView(view_);
  See(orderview_context_, view_,
      {&order_context_, &store_context_, &delivery_context_, &payment_context_});
  queues().Watch([this](const event::v1::Event& event) { ++told_[{event.type(), event.key()}]; });
  product::v1::RegisterProductRequest request;
  request.set_store_id("s1");
  request.set_name("린넨 셔츠");
  request.set_price(9000);
  request.set_stock(kStock);
  product_id_ = Do(products_, &product::ProductService::RegisterProduct, kPark, request)->id();
}

std::vector<TestSystem::Deployment> Story::Deployments() {
  return {{product_context_, products_},
          {order_context_, orders_},
          {payment_context_, payments_, payment::CheckLedger},
          {store_context_, stores_},
          {delivery_context_, deliveries_},
          {orderview_context_, views_}};
}

std::vector<TestSystem::Peering> Story::Peerings() {
  return {{order_context_, to_product_}, {order_context_, to_payment_}};
}

absl::StatusOr<Order> Story::Place(std::string_view who, int quantity,
                                   const std::string& request_id) {
  const order::v1::PlaceOrderRequest request = OrderOf(product_id_, quantity);
  const rpc::CallContext call = Call(who, request_id, absl::StrCat(quantity));
  return Run(orders_.PlaceOrder(call, request));
}

int Story::PlaceAtOnce(int customers) {
  struct Customer {
    rpc::CallContext call;
    std::optional<absl::Status> answer;
  };
  const order::v1::PlaceOrderRequest request = OrderOf(product_id_, 1);
  std::vector<std::unique_ptr<Customer>> all;
  async::Scope scope;
  for (int i = 0; i < customers; ++i) {
    Customer& customer = *all.emplace_back(std::make_unique<Customer>());
    customer.call = Call(absl::StrCat("customer:c", i));
    scope.Spawn([](order::OrderService& orders, const order::v1::PlaceOrderRequest& what,
                   Customer& who) -> async::Task<void> {
      const auto placed = co_await orders.PlaceOrder(who.call, what);
      who.answer = placed.status();
    }(orders_, request, customer));
  }
  executor().RunUntilIdle();
  int placed = 0;
  for (const auto& customer : all) {
    MARU_CHECK(customer->answer.has_value());
    if (customer->answer->ok()) {
      ++placed;
    } else {
      EXPECT_EQ(rpc::ReasonOf(*customer->answer), "OUT_OF_STOCK");
    }
  }
  return placed;
}

absl::StatusOr<Order> Story::Cancel(std::string_view who, const std::string& id) {
  return Do(orders_, &order::OrderService::CancelOrder, who,
            WithId<order::v1::CancelOrderRequest>(id));
}

absl::StatusOr<product::v1::Product> Story::AddStock(int64_t quantity) {
  auto request = WithId<product::v1::AddStockRequest>(product_id_);
  request.set_quantity(quantity);
  return Do(products_, &product::ProductService::AddStock, kPark, request);
}

absl::StatusOr<store::v1::Store> Story::SetAutoAccept(bool on) {
  store::v1::SetAutoAcceptRequest request;
  request.mutable_store()->set_store_id("s1");
  request.mutable_store()->set_auto_accept(on);
  request.mutable_update_mask()->add_paths("auto_accept");
  return Do(stores_, &store::StoreService::SetAutoAccept, kPark, request);
}

absl::StatusOr<StoreOrder> Story::Accept(const std::string& id) {
  return Do(stores_, &store::StoreService::AcceptOrder, kPark,
            WithId<store::v1::AcceptOrderRequest>(id));
}

absl::StatusOr<StoreOrder> Story::ConfirmCancel(const std::string& id) {
  return Do(stores_, &store::StoreService::ConfirmCancel, kPark,
            WithId<store::v1::ConfirmCancelRequest>(id));
}

absl::StatusOr<Delivery> Story::Complete(std::string_view who, const std::string& id) {
  return Do(deliveries_, &delivery::DeliveryService::CompleteDelivery, who,
            WithId<delivery::v1::CompleteDeliveryRequest>(id));
}

void Story::Settle() {
  TestSystem::Settle();
  Look();
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
  CheckPieces();
}

// Product or payment is away, or its answers are lost, for a while; a listener is down; time
// passes.
void Story::Weather() {
  maru::testing::DirectCaller& callee = Below(2) == 0 ? to_product_ : to_payment_;
  const std::vector<Deployment> contexts = Deployments();
  switch (Below(6)) {
    case 0:
      return callee.SetDown(Below(5) == 0);
    case 1:
      return callee.LoseAnswers(Below(5) == 0);
    case 2:
      return queues().SetDown(contexts[Below(contexts.size())].context, Below(3) == 0);
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
  if (what < 3) {
    const bool repeats = Below(2) == 0;
    const std::string request_id =
        repeats ? absl::StrCat("0190f0e0-7c1c-7a3e-8000-00000000000", Below(6)) : "";
    const int quantity = repeats ? 2 : Below(6) == 0 ? kTooMany : static_cast<int>(1 + Below(8));
    Place(customer, quantity, request_id).IgnoreError();
  } else if (what < 5) {
    const Order row = any(orders);
    Cancel(absl::StrCat("customer:", row.customer_id()), row.id()).IgnoreError();
  } else if (what < 6) {
    Look();
  } else if (what < 7) {
    AddStock(Below(3) == 0 ? -10 : 10).IgnoreError();
  } else if (what < 8) {
    SetAutoAccept(Below(2) == 0).IgnoreError();
  } else if (what < 13) {
    const auto store_orders = StoreOrders();
    if (store_orders.empty()) return;
    const std::string id = any(store_orders).id();
    (what < 11 ? Accept(id) : ConfirmCancel(id)).IgnoreError();
  } else {
    const auto deliveries = Deliveries();
    if (!deliveries.empty()) Complete(rider, any(deliveries).id()).IgnoreError();
  }
}

}  // namespace maru::fashion
