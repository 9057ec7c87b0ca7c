// The methods of food that are called, by the names that stand in the contracts.
#ifndef MARU_TESTS_WORKLOAD_FOOD_METHODS_H_
#define MARU_TESTS_WORKLOAD_FOOD_METHODS_H_

#include "maru/food/dashboard/v1/dashboard.pb.h"
#include "maru/food/delivery/v1/delivery.pb.h"
#include "maru/food/delivery/v1/events.pb.h"
#include "maru/food/order/v1/events.pb.h"
#include "maru/food/order/v1/order.pb.h"
#include "maru/food/store/v1/events.pb.h"
#include "maru/food/store/v1/store.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "maru/payment/v1/payment.pb.h"
#include "tests/workload/api.h"

namespace maru::workload::food {

inline constexpr char kOrder[] = "food-order";
inline constexpr char kPayment[] = "food-payment";
inline constexpr char kStore[] = "food-store";
inline constexpr char kDelivery[] = "food-delivery";
inline constexpr char kDashboard[] = "food-dashboard";

namespace order = maru::food::order::v1;
namespace payment = maru::payment::v1;
namespace store = maru::food::store::v1;
namespace delivery = maru::food::delivery::v1;
namespace dashboard = maru::food::dashboard::v1;

// order
inline constexpr Method<order::PlaceOrderRequest, order::Order> kPlaceOrder{
    kOrder, "/maru.food.order.v1.OrderService/PlaceOrder"};
inline constexpr Method<order::CancelOrderRequest, order::Order> kCancelOrder{
    kOrder, "/maru.food.order.v1.OrderService/CancelOrder"};
inline constexpr Method<order::GetOrderRequest, order::Order> kGetOrder{
    kOrder, "/maru.food.order.v1.OrderService/GetOrder"};
inline constexpr Method<order::ListOrdersRequest, order::ListOrdersResponse> kListOrders{
    kOrder, "/maru.food.order.v1.OrderService/ListOrders"};

// payment
inline constexpr Method<payment::ListPaymentsRequest, payment::ListPaymentsResponse> kListPayments{
    kPayment, "/maru.payment.v1.PaymentService/ListPayments"};

// store
inline constexpr Method<store::AcceptOrderRequest, store::StoreOrder> kAcceptOrder{
    kStore, "/maru.food.store.v1.StoreService/AcceptOrder"};
inline constexpr Method<store::RejectOrderRequest, store::StoreOrder> kRejectOrder{
    kStore, "/maru.food.store.v1.StoreService/RejectOrder"};
inline constexpr Method<store::StartCookingRequest, store::StoreOrder> kStartCooking{
    kStore, "/maru.food.store.v1.StoreService/StartCooking"};
inline constexpr Method<store::FinishCookingRequest, store::StoreOrder> kFinishCooking{
    kStore, "/maru.food.store.v1.StoreService/FinishCooking"};
inline constexpr Method<store::ListStoreOrdersRequest, store::ListStoreOrdersResponse>
    kListStoreOrders{kStore, "/maru.food.store.v1.StoreService/ListStoreOrders"};

// delivery
inline constexpr Method<delivery::PickUpRequest, delivery::Delivery> kPickUp{
    kDelivery, "/maru.food.delivery.v1.DeliveryService/PickUp"};
inline constexpr Method<delivery::CompleteDeliveryRequest, delivery::Delivery> kCompleteDelivery{
    kDelivery, "/maru.food.delivery.v1.DeliveryService/CompleteDelivery"};
inline constexpr Method<delivery::ListDeliveriesRequest, delivery::ListDeliveriesResponse>
    kListDeliveries{kDelivery, "/maru.food.delivery.v1.DeliveryService/ListDeliveries"};

// dashboard
inline constexpr Method<dashboard::GetOrderViewRequest, dashboard::OrderView> kGetOrderView{
    kDashboard, "/maru.food.dashboard.v1.DashboardService/GetOrderView"};
inline constexpr Method<dashboard::ListOrderViewsRequest, dashboard::ListOrderViewsResponse>
    kListOrderViews{kDashboard, "/maru.food.dashboard.v1.DashboardService/ListOrderViews"};
// A stream of replies: Api::CallStream.
inline constexpr Method<dashboard::WatchOrderRequest, dashboard::WatchOrderResponse> kWatchOrder{
    kDashboard, "/maru.food.dashboard.v1.DashboardService/WatchOrder"};

}  // namespace maru::workload::food

#endif  // MARU_TESTS_WORKLOAD_FOOD_METHODS_H_
