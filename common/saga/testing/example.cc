#include "common/saga/testing/example.h"

#include "common/saga/testing/example.maru.h"

namespace maru::example {

using saga::Reason;
using saga::Step;
using store::Txn;
using v1::BookServiceClient;
using v1::Library;
using v1::Order;
using v1::PaymentServiceClient;
using v1::Paymethod;
using v1::ProductServiceClient;

namespace {

v1::ReserveRequest ReserveOf(const Order& order) {
  v1::ReserveRequest request;
  request.set_order_id(order.id());
  request.set_product_id(order.product_id());
  request.set_quantity(order.quantity());
  return request;
}

void OnReserved(Txn&, Order& order, const v1::ReserveResponse& reserved) {
  order.set_store_id(reserved.store_id());
  order.set_price(reserved.unit_price() * order.quantity());
}

v1::ReleaseRequest ReleaseOf(const Order& order) {
  v1::ReleaseRequest request;
  request.set_order_id(order.id());
  return request;
}

v1::PayRequest PayOf(const Order& order) {
  v1::PayRequest request;
  request.set_reference_id(order.id());
  request.set_amount(order.price());
  return request;
}

void OnPaid(Txn& txn, Order& order, const v1::Payment&) {
  v1::OrderPlaced placed;
  placed.set_order_id(order.id());
  placed.set_price(order.price());
  txn.Emit(placed);
}

v1::CancelRequest CancelOf(const Order& order) {
  v1::CancelRequest request;
  request.set_reference_id(order.id());
  return request;
}

v1::ChangePayKindRequest ChangeOf(const Paymethod& paymethod) {
  v1::ChangePayKindRequest request;
  request.set_paymethod_id(paymethod.id());
  request.set_reference_id(paymethod.reservation_id());
  return request;
}

void OnChanged(Txn& txn, Paymethod& paymethod, const v1::Payment&) {
  v1::PaymethodRegistered registered;
  registered.set_paymethod_id(paymethod.id());
  registered.set_reservation_id(paymethod.reservation_id());
  txn.Emit(registered);
}

v1::ReceiveRequest ReceiveOf(const Library& library) {
  v1::ReceiveRequest request;
  request.set_library_id(library.id());
  request.set_book_id(library.book_id());
  request.set_quantity(library.quantity());
  return request;
}

v1::SettleReceiptRequest SettleOf(const Library& library) {
  v1::SettleReceiptRequest request;
  request.set_library_id(library.id());
  return request;
}

// Of either answer.
void OnReceived(Txn& txn, Library& library, const google::protobuf::Message&) {
  v1::Warehoused warehoused;
  warehoused.set_library_id(library.id());
  warehoused.set_book_id(library.book_id());
  txn.Emit(warehoused);
}

}  // namespace

saga::Definition<Order, Order> PlaceOrder(rpc::Caller& product, rpc::Caller& payment) {
  const ProductServiceClient products(product);
  const PaymentServiceClient payments(payment);
  return {
      .name = "place-order",
      .table = kOrders,
      .pending = v1::ORDER_STATUS_PENDING,
      .done = v1::ORDER_STATUS_PAID,
      .rejected = v1::ORDER_STATUS_REJECTED,
      .show = [](const Order& order) { return order; },
      .steps = {Step<Order>("product.Reserve", products, &ProductServiceClient::Reserve, ReserveOf,
                            OnReserved)
                    .UndoneBy("product.Release", products, &ProductServiceClient::Release,
                              ReleaseOf),
                Step<Order>("payment.Pay", payments, &PaymentServiceClient::Pay, PayOf, OnPaid)
                    .UndoneBy("payment.Cancel", payments, &PaymentServiceClient::Cancel, CancelOf)},
      .on_rejected = [](Txn&, Order& order,
                        Reason reason) { order.set_canceled(reason == Reason::kCanceled); },
  };
}

saga::Definition<Paymethod, Paymethod> RegisterPaymethod(rpc::Caller& payment) {
  const PaymentServiceClient payments(payment);
  return {
      .name = "register-paymethod",
      .table = kPaymethods,
      .pending = v1::PAYMETHOD_STATUS_PENDING,
      .done = v1::PAYMETHOD_STATUS_REGISTERED,
      .rejected = v1::PAYMETHOD_STATUS_REJECTED,
      .show = [](const Paymethod& paymethod) { return paymethod; },
      .steps = {Step<Paymethod>("payment.ChangePayKind", payments,
                                &PaymentServiceClient::ChangePayKind, ChangeOf, OnChanged)
                    .AskedAgain()},
      // The reservation may have another one now.
      .on_rejected =
          [](Txn& txn, Paymethod& paymethod, Reason) {
            kActivePaymethods.Delete(txn, paymethod.reservation_id(), paymethod.id());
          },
  };
}

saga::Definition<Library, Library> Warehouse(rpc::Caller& book) {
  const BookServiceClient books(book);
  return {
      .name = "warehouse",
      .table = kLibraries,
      .pending = v1::LIBRARY_STATUS_PENDING,
      .done = v1::LIBRARY_STATUS_CONFIRMED,
      .rejected = v1::LIBRARY_STATUS_FAILED,
      .show = [](const Library& library) { return library; },
      .steps = {Step<Library>("book.Receive", books, &BookServiceClient::Receive, ReceiveOf,
                              OnReceived)
                    .SettledBy(
                        "book.SettleReceipt", books, &BookServiceClient::SettleReceipt, SettleOf,
                        [](const v1::SettleReceiptResponse& settled) { return settled.applied(); },
                        OnReceived)
                    .AcceptedWhen([](const Library& library) { return library.allow_pending(); })},
  };
}

}  // namespace maru::example
