#include "services/fashion/order/domain.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "maru/fashion/order/v1/order.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::fashion::order {
namespace {

using Status = v1::Order;

disk::Order Touched(const disk::Order& row, absl::Time now) {
  disk::Order touched = row;
  *touched.mutable_update_time() = ToTimestamp(now);
  return touched;
}

disk::Order Moved(const disk::Order& row, Status::Status to, absl::Time now) {
  disk::Order moved = Touched(row, now);
  moved.set_status(to);
  return moved;
}

// What OrderPlaced and OrderCancelRequested tell: all that the contexts behind need.
template <class E>
E About(const disk::Order& row) {
  E event;
  event.set_order_id(row.id());
  event.set_store_id(row.store_id());
  event.set_product_id(row.product_id());
  event.set_product_name(row.product_name());
  event.set_quantity(row.quantity());
  event.set_customer_id(row.customer_id());
  event.set_customer_name(row.customer_name());
  event.set_address(row.customer_address());
  return event;
}

// Only the saga moves a PENDING row, and nothing a REJECTED one.
bool HearsEvents(const disk::Order& row) {
  return row.status() != Status::STATUS_PENDING && row.status() != Status::STATUS_REJECTED;
}

}  // namespace

disk::Order Place(const v1::PlaceOrderRequest& request, std::string_view customer, absl::Time now,
                  std::string id) {
  disk::Order row;
  row.set_id(std::move(id));
  row.set_product_id(request.product_id());
  row.set_option_id(request.option_id());
  row.set_quantity(request.quantity());
  row.set_customer_id(std::string(customer));
  row.set_customer_name(request.customer_name());
  row.set_customer_address(request.customer_address());
  row.set_pay_kind(request.pay_kind() == payment::v1::PAY_KIND_UNSPECIFIED
                       ? payment::v1::PAY_KIND_CREDIT
                       : request.pay_kind());
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

void TakeProduct(const product::v1::ReserveResponse& reserved, disk::Order& row) {
  row.set_store_id(reserved.store_id());
  row.set_product_name(reserved.product_name());
  // Up to 1,000 times 1,000,000,000: what payment takes.
  row.set_price(reserved.unit_price() * row.quantity());
  row.set_currency_code(reserved.currency_code());
}

v1::OrderPlaced PlacedOf(const disk::Order& row) {
  v1::OrderPlaced event = About<v1::OrderPlaced>(row);
  event.set_option_id(row.option_id());
  event.set_price(row.price());
  event.set_currency_code(row.currency_code());
  return event;
}

absl::Status CheckOwner(const disk::Order& row, std::string_view customer) {
  if (row.customer_id() == customer) return absl::OkStatus();
  return options::v1::errors::NotFound("order", row.id());
}

absl::StatusOr<CancelAsked> AskToCancel(const std::optional<disk::Order>& row, std::string_view id,
                                        std::string_view customer, absl::Time now) {
  if (!row.has_value()) return options::v1::errors::NotFound("order", id);
  RETURN_IF_ERROR(CheckOwner(*row, customer));
  if (row->canceled()) return CancelAsked{*row, std::nullopt};
  switch (row->status()) {
    case Status::STATUS_PENDING:
      return options::v1::errors::OutcomePending(id);
    case Status::STATUS_PAID:
    case Status::STATUS_ACCEPTED:
    case Status::STATUS_DELIVERING:
      break;
    // Payment may have been heard before the delivery.
    case Status::STATUS_REFUNDED:
      return CancelAsked{*row, std::nullopt};
    default:
      return v1::errors::NotCancelable(id, Status::Status_Name(row->status()));
  }
  if (row->cancel_requested()) return CancelAsked{*row, std::nullopt};
  CancelAsked asked{Touched(*row, now), About<v1::OrderCancelRequested>(*row)};
  asked.order.set_cancel_requested(true);
  return asked;
}

std::optional<disk::Order> Rise(const disk::Order& row, v1::Order::Status to, absl::Time now) {
  if (!HearsEvents(row) || row.status() >= to) return std::nullopt;
  return Moved(row, to, now);
}

std::optional<Canceled> Cancel(const disk::Order& row, absl::Time now) {
  if (!HearsEvents(row) || row.canceled()) return std::nullopt;
  Canceled result{Moved(row, std::max(row.status(), Status::STATUS_CANCELED), now), {}};
  result.order.set_canceled(true);
  result.event.set_order_id(row.id());
  result.event.set_customer_id(row.customer_id());
  result.event.set_store_id(row.store_id());
  return result;
}

std::optional<disk::Order> RefuseCancel(const disk::Order& row, absl::Time now) {
  if (!HearsEvents(row) || !row.cancel_requested()) return std::nullopt;
  disk::Order refused = Touched(row, now);
  refused.set_cancel_requested(false);
  return refused;
}

std::optional<disk::Order> SetRider(const disk::Order& row, const std::string& rider_id,
                                    absl::Time now) {
  if (!HearsEvents(row) || row.rider_id() == rider_id) return std::nullopt;
  disk::Order taken = Touched(row, now);
  taken.set_rider_id(rider_id);
  return taken;
}

bool IsActive(const disk::Order& row) { return row.status() < Status::STATUS_CANCELED; }

v1::Order ToApi(const disk::Order& row) {
  v1::Order shown;
  shown.set_id(row.id());
  shown.set_product_id(row.product_id());
  shown.set_option_id(row.option_id());
  shown.set_quantity(row.quantity());
  shown.set_product_name(row.product_name());
  shown.set_store_id(row.store_id());
  shown.set_customer_id(row.customer_id());
  shown.set_customer_name(row.customer_name());
  shown.set_customer_address(row.customer_address());
  shown.set_price(row.price());
  shown.set_currency_code(row.currency_code());
  shown.set_pay_kind(row.pay_kind());
  shown.set_status(row.status());
  shown.set_cancel_requested(row.cancel_requested());
  shown.set_rider_id(row.rider_id());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::fashion::order
