#include "services/fashion/orderview/domain.h"

#include <algorithm>

namespace maru::fashion::orderview {
namespace {

using View = v1::OrderStatus;

// Where the row keeps when the order came to `status`; nullptr: that is known.
Time* MissingTimeOf(Status status, disk::Row& row) {
  switch (status) {
    case View::STATUS_PAID:
      return row.has_order_time() ? nullptr : row.mutable_order_time();
    case View::STATUS_ACCEPTED:
      return row.has_accept_time() ? nullptr : row.mutable_accept_time();
    case View::STATUS_DELIVERING:
      return row.has_start_time() ? nullptr : row.mutable_start_time();
    case View::STATUS_COMPLETED:
      return row.has_complete_time() ? nullptr : row.mutable_complete_time();
    case View::STATUS_CANCELED:
      return row.has_cancel_time() ? nullptr : row.mutable_cancel_time();
    case View::STATUS_REFUNDED:
      return row.has_refund_time() ? nullptr : row.mutable_refund_time();
    default:
      return nullptr;
  }
}

}  // namespace

void Show(const order::v1::OrderPlaced& event, const Time& time, disk::Row& row) {
  if (IsShown(row)) return;
  row.set_customer_id(event.customer_id());
  row.set_store_id(event.store_id());
  row.set_product_id(event.product_id());
  row.set_product_name(event.product_name());
  row.set_quantity(event.quantity());
  Hear(View::STATUS_PAID, time, row);
}

void Hear(Status status, const Time& time, disk::Row& row) {
  row.set_order_status(std::max(row.order_status(), status));
  if (Time* missing = MissingTimeOf(status, row); missing != nullptr) *missing = time;
}

void HearDelivery(DeliveryStatus status, const std::string& delivery_id, disk::Row& row) {
  row.set_delivery_id(delivery_id);
  row.set_delivery_status(std::max(row.delivery_status(), status));
}

bool IsShown(const disk::Row& row) { return row.has_order_time(); }

v1::OrderStatus ToApi(const disk::Row& row) {
  View shown;
  shown.set_order_id(row.order_id());
  shown.set_product_id(row.product_id());
  shown.set_product_name(row.product_name());
  shown.set_quantity(row.quantity());
  shown.set_order_status(row.order_status());
  shown.set_delivery_id(row.delivery_id());
  shown.set_delivery_status(row.delivery_status());
  *shown.mutable_order_time() = row.order_time();
  if (row.has_accept_time()) *shown.mutable_accept_time() = row.accept_time();
  if (row.has_start_time()) *shown.mutable_start_time() = row.start_time();
  if (row.has_complete_time()) *shown.mutable_complete_time() = row.complete_time();
  if (row.has_cancel_time()) *shown.mutable_cancel_time() = row.cancel_time();
  if (row.has_refund_time()) *shown.mutable_refund_time() = row.refund_time();
  return shown;
}

}  // namespace maru::fashion::orderview
