// The methods of fashion that are called, by the names that stand in the contracts.
#ifndef MARU_TESTS_WORKLOAD_FASHION_METHODS_H_
#define MARU_TESTS_WORKLOAD_FASHION_METHODS_H_

#include "google/protobuf/empty.pb.h"
#include "maru/fashion/delivery/v1/delivery.pb.h"
#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/fashion/order/v1/events.pb.h"
#include "maru/fashion/order/v1/order.pb.h"
#include "maru/fashion/orderview/v1/orderview.pb.h"
#include "maru/fashion/product/v1/events.pb.h"
#include "maru/fashion/product/v1/product.pb.h"
#include "maru/fashion/store/v1/events.pb.h"
#include "maru/fashion/store/v1/store.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "maru/payment/v1/payment.pb.h"
#include "tests/workload/api.h"

namespace maru::workload::fashion {

inline constexpr char kProduct[] = "fashion-product";
inline constexpr char kOrder[] = "fashion-order";
inline constexpr char kPayment[] = "fashion-payment";
inline constexpr char kStore[] = "fashion-store";
inline constexpr char kDelivery[] = "fashion-delivery";
inline constexpr char kOrderview[] = "fashion-orderview";

namespace product = maru::fashion::product::v1;
namespace order = maru::fashion::order::v1;
namespace payment = maru::payment::v1;
namespace store = maru::fashion::store::v1;
namespace delivery = maru::fashion::delivery::v1;
namespace orderview = maru::fashion::orderview::v1;

// product
inline constexpr Method<product::RegisterProductRequest, product::Product> kRegisterProduct{
    kProduct, "/maru.fashion.product.v1.ProductService/RegisterProduct"};
inline constexpr Method<product::AddStockRequest, product::Product> kAddStock{
    kProduct, "/maru.fashion.product.v1.ProductService/AddStock"};
inline constexpr Method<product::ListProductsRequest, product::ListProductsResponse> kListProducts{
    kProduct, "/maru.fashion.product.v1.ProductService/ListProducts"};

// order
inline constexpr Method<order::PlaceOrderRequest, order::Order> kPlaceOrder{
    kOrder, "/maru.fashion.order.v1.OrderService/PlaceOrder"};
inline constexpr Method<order::CancelOrderRequest, order::Order> kCancelOrder{
    kOrder, "/maru.fashion.order.v1.OrderService/CancelOrder"};
inline constexpr Method<order::GetOrderRequest, order::Order> kGetOrder{
    kOrder, "/maru.fashion.order.v1.OrderService/GetOrder"};
inline constexpr Method<order::ListOrdersRequest, order::ListOrdersResponse> kListOrders{
    kOrder, "/maru.fashion.order.v1.OrderService/ListOrders"};

// payment
inline constexpr Method<payment::ListPaymentsRequest, payment::ListPaymentsResponse> kListPayments{
    kPayment, "/maru.payment.v1.PaymentService/ListPayments"};

// store
inline constexpr Method<store::AcceptOrderRequest, store::StoreOrder> kAcceptOrder{
    kStore, "/maru.fashion.store.v1.StoreService/AcceptOrder"};
inline constexpr Method<store::ConfirmCancelRequest, store::StoreOrder> kConfirmCancel{
    kStore, "/maru.fashion.store.v1.StoreService/ConfirmCancel"};
inline constexpr Method<store::SetAutoAcceptRequest, store::Store> kSetAutoAccept{
    kStore, "/maru.fashion.store.v1.StoreService/SetAutoAccept"};
inline constexpr Method<store::ListStoreOrdersRequest, store::ListStoreOrdersResponse>
    kListStoreOrders{kStore, "/maru.fashion.store.v1.StoreService/ListStoreOrders"};

// delivery
inline constexpr Method<delivery::CompleteDeliveryRequest, delivery::Delivery> kCompleteDelivery{
    kDelivery, "/maru.fashion.delivery.v1.DeliveryService/CompleteDelivery"};
inline constexpr Method<delivery::ListDeliveriesRequest, delivery::ListDeliveriesResponse>
    kListDeliveries{kDelivery, "/maru.fashion.delivery.v1.DeliveryService/ListDeliveries"};

// orderview
inline constexpr Method<orderview::GetOrderStatusRequest, orderview::OrderStatus> kGetOrderStatus{
    kOrderview, "/maru.fashion.orderview.v1.OrderviewService/GetOrderStatus"};
inline constexpr Method<orderview::ListOrderStatusesRequest, orderview::ListOrderStatusesResponse>
    kListOrderStatuses{kOrderview, "/maru.fashion.orderview.v1.OrderviewService/ListOrderStatuses"};

}  // namespace maru::workload::fashion

#endif  // MARU_TESTS_WORKLOAD_FASHION_METHODS_H_
