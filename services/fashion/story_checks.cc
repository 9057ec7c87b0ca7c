// What there is in the story, and what everybody must agree on.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "gtest/gtest.h"
#include "maru/fashion/product/v1/events.pb.h"
#include "services/fashion/product/tables.h"
#include "services/fashion/story_testing.h"
#include "services/payment/ledger_testing.h"

namespace maru::fashion {

using delivery::v1::Delivery;
using maru::store::Reader;
using order::v1::Order;
using orderview::v1::OrderStatus;
using payment::v1::Payment;
using store::v1::StoreOrder;

namespace {

constexpr char kAdmin[] = "admin:root";

}  // namespace

product::v1::Product Story::Product() {
  product::v1::GetProductRequest request;
  request.set_id(product_id_);
  const auto row = Do(products_, &product::ProductService::GetProduct, kAdmin, request);
  MARU_CHECK(row.ok());
  return *row;
}

template <class Service, class Request, class Reply>
Reply Story::List(Service& service,
                  async::Task<absl::StatusOr<Reply>> (Service::*method)(const rpc::CallContext&,
                                                                        const Request&),
                  Request request) {
  request.set_page_size(1000);
  const auto page = Do(service, method, kAdmin, request);
  MARU_CHECK(page.ok() && page->next_page_token().empty());
  return *page;
}

std::map<std::string, Order> Story::Orders() {
  std::map<std::string, Order> rows;
  for (int status = Order::STATUS_PENDING; status <= Order::STATUS_REJECTED; ++status) {
    order::v1::ListOrdersRequest request;
    request.set_status(static_cast<Order::Status>(status));
    const auto page = List(orders_, &order::OrderService::ListOrders, request);
    for (const Order& row : page.orders()) rows[row.id()] = row;
  }
  return rows;
}

std::map<std::string, Payment> Story::Payments() {
  std::map<std::string, Payment> rows;
  const auto page = List(payments_, &payment::PaymentService::ListPayments);
  for (const Payment& row : page.payments()) rows[row.reference_id()] = row;
  return rows;
}

std::map<std::string, StoreOrder> Story::StoreOrders() {
  std::map<std::string, StoreOrder> rows;
  for (int status = StoreOrder::STATUS_PLACED; status <= StoreOrder::STATUS_CANCELED; ++status) {
    store::v1::ListStoreOrdersRequest request;
    request.set_status(static_cast<StoreOrder::Status>(status));
    const auto page = List(stores_, &store::StoreService::ListStoreOrders, request);
    for (const StoreOrder& row : page.store_orders()) {
      EXPECT_TRUE(rows.emplace(row.order_id(), row).second) << "two store orders";
    }
  }
  return rows;
}

std::map<std::string, Delivery> Story::Deliveries() {
  std::map<std::string, Delivery> rows;
  const auto page = List(deliveries_, &delivery::DeliveryService::ListDeliveries);
  for (const Delivery& row : page.deliveries()) {
    EXPECT_TRUE(rows.emplace(row.order_id(), row).second) << "two deliveries";
  }
  return rows;
}

std::map<std::string, OrderStatus> Story::Views() {
  std::map<std::string, OrderStatus> rows;
  const auto page = List(views_, &orderview::OrderviewService::ListOrderStatuses);
  for (const OrderStatus& row : page.order_statuses()) rows[row.order_id()] = row;
  return rows;
}

void Story::Look() {
  auto views = Views();
  for (const auto& [id, before] : seen_) {
    ASSERT_TRUE(views.contains(id)) << id << " is not shown any more";
    EXPECT_GE(views.at(id).order_status(), before.order_status()) << id;
    EXPECT_GE(views.at(id).delivery_status(), before.delivery_status()) << id;
  }
  seen_ = std::move(views);
}

void Story::CheckOrder(const Order& row) {
  SCOPED_TRACE(row.DebugString());
  const auto payments = Payments();
  const auto store_orders = StoreOrders();
  const auto deliveries = Deliveries();
  const auto views = Views();
  const auto payment = payments.find(row.id());
  const auto delivery = deliveries.find(row.id());
  if (row.status() == Order::STATUS_REJECTED) {
    EXPECT_TRUE(payment == payments.end() || payment->second.status() != Payment::STATUS_APPROVED);
    EXPECT_FALSE(store_orders.contains(row.id()) || delivery != deliveries.end());
    EXPECT_FALSE(views.contains(row.id())) << "a rejected one is shown";
    return;
  }
  ASSERT_TRUE(payment != payments.end() && store_orders.contains(row.id()) &&
              views.contains(row.id()));
  const OrderStatus& view = views.at(row.id());
  EXPECT_EQ(payment->second.amount(), row.price());
  EXPECT_EQ(OrderStatus::Status_Name(view.order_status()), Order::Status_Name(row.status()));

  // The delivery decides; everybody agrees.
  const StoreOrder::Status store_order = store_orders.at(row.id()).status();
  const bool canceled = view.delivery_status() == OrderStatus::DELIVERY_STATUS_CANCELED;
  EXPECT_EQ(store_order == StoreOrder::STATUS_CANCELED, canceled);
  EXPECT_EQ(payment->second.status(),
            canceled ? Payment::STATUS_CANCELED : Payment::STATUS_APPROVED);
  EXPECT_EQ(row.status() == Order::STATUS_REFUNDED, canceled);
  EXPECT_EQ(row.cancel_requested(), canceled || store_order == StoreOrder::STATUS_CANCEL_PENDING)
      << "a flag is left";
  if (delivery == deliveries.end()) {
    EXPECT_TRUE(canceled || row.status() == Order::STATUS_PAID);
    EXPECT_NE(store_order, StoreOrder::STATUS_ACCEPTED);
    return;
  }
  EXPECT_NE(store_order, StoreOrder::STATUS_PLACED);
  EXPECT_EQ(static_cast<int>(view.delivery_status()), static_cast<int>(delivery->second.status()));
  EXPECT_EQ(view.delivery_id(), delivery->second.id());
  EXPECT_EQ(row.rider_id(), delivery->second.rider_id());
  EXPECT_EQ(row.status(), canceled ? Order::STATUS_REFUNDED
                          : delivery->second.status() == Delivery::STATUS_COMPLETED
                              ? Order::STATUS_COMPLETED
                              : Order::STATUS_DELIVERING);
}

std::map<std::string, product::store::v1::Product> Story::Products() {
  const auto rows = product_context_.Run(product_context_.store().Read(
      [](Reader& reader) { return product::kProducts.Scan(reader, {}); }));
  MARU_CHECK(rows.ok());
  std::map<std::string, product::store::v1::Product> products;
  for (const auto& row : *rows) products[row.value.id()] = row.value;
  return products;
}

// Nobody listens to products: their events are in no queue.
void Story::NoteStock() {
  product::v1::ProductRegistered registered;
  product::v1::StockAdded stocked;
  for (const event::v1::Event& event : product_context_.Emitted()) {
    if (event.type() == registered.GetTypeName()) {
      MARU_CHECK(registered.ParseFromString(event.data()));
      added_[registered.product_id()] += registered.stock();
    } else if (event.type() == stocked.GetTypeName()) {
      MARU_CHECK(stocked.ParseFromString(event.data()));
      added_[stocked.product_id()] += stocked.quantity();
    }
  }
}

void Story::CheckPieces() {
  NoteStock();
  for (const auto& [id, row] : Products()) {
    ASSERT_EQ(row.stock() + row.reserved() + row.sold(), added_[id]);
    ASSERT_GE(std::min({row.stock(), row.reserved(), row.sold()}), 0);
  }
}

void Story::Check() {
  std::map<std::string, int64_t> sold;
  for (const auto& [id, row] : Orders()) {
    CheckOrder(row);
    if (row.status() < Order::STATUS_CANCELED) sold[row.product_id()] += row.quantity();
  }
  CheckPieces();
  for (const auto& [id, row] : Products()) {
    EXPECT_EQ(row.reserved(), 0) << id;
    EXPECT_EQ(row.sold(), sold[id]) << id;
  }
  payment::ExpectMoneyAddsUp(payment_context_);
  for (const auto& [event, times] : told_) {
    const auto& [type, key] = event;
    EXPECT_EQ(times, 1) << type << " of " << key;
  }
}

}  // namespace maru::fashion
