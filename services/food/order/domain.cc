#include "services/food/order/domain.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/service.h"
#include "maru/food/order/v1/order.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::food::order {
namespace {

using Status = v1::Order;

constexpr char kDefaultCurrency[] = "KRW";

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

// Only the saga moves a PENDING row, and nothing a REJECTED one.
bool HearsEvents(const disk::Order& row) {
  return row.status() != Status::STATUS_PENDING && row.status() != Status::STATUS_REJECTED;
}

// Up to 100 lines of up to 1,000 times 1,000,000,000 do not overflow.
int64_t SumOf(const v1::PlaceOrderRequest& request) {
  int64_t sum = 0;
  for (const v1::OrderItem& item : request.items()) sum += item.quantity() * item.unit_price();
  return sum;
}

}  // namespace

absl::StatusOr<disk::Order> Place(const v1::PlaceOrderRequest& request, std::string_view customer,
                                  absl::Time now, std::string id) {
  const int64_t sum = SumOf(request);
  if (sum < 1 || sum > kMaxPrice) {
    return rpc::InvalidField("items", "must cost between 1 and 1000000000000 together");
  }
  if (request.price() != 0 && request.price() != sum) {
    return rpc::InvalidField("price", "must be the sum of the items");
  }
  disk::Order row;
  row.set_id(std::move(id));
  row.set_customer_id(std::string(customer));
  row.set_store_id(request.store_id());
  row.set_store_name(request.store_name());
  for (const v1::OrderItem& item : request.items()) {
    disk::Item& line = *row.add_items();
    line.set_item_name(item.item_name());
    line.set_quantity(item.quantity());
    line.set_unit_price(item.unit_price());
  }
  row.set_price(sum);
  row.set_currency_code(request.currency_code().empty() ? kDefaultCurrency
                                                        : request.currency_code());
  row.set_pay_kind(request.pay_kind() == payment::v1::PAY_KIND_UNSPECIFIED
                       ? payment::v1::PAY_KIND_CREDIT
                       : request.pay_kind());
  row.set_address(request.address());
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

v1::OrderPlaced PlacedOf(const disk::Order& row) {
  v1::OrderPlaced event;
  event.set_order_id(row.id());
  event.set_customer_id(row.customer_id());
  event.set_store_id(row.store_id());
  event.set_store_name(row.store_name());
  *event.mutable_items() = ToApi(row).items();
  event.set_price(row.price());
  event.set_currency_code(row.currency_code());
  event.set_address(row.address());
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
    case Status::STATUS_COOKING:
      break;
    default:
      return v1::errors::NotCancelable(id, Status::Status_Name(row->status()));
  }
  if (row->cancel_requested()) return CancelAsked{*row, std::nullopt};
  CancelAsked asked{Touched(*row, now), v1::OrderCancelRequested()};
  asked.order.set_cancel_requested(true);
  asked.event->set_order_id(row->id());
  asked.event->set_customer_id(row->customer_id());
  asked.event->set_store_id(row->store_id());
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
  shown.set_customer_id(row.customer_id());
  shown.set_store_id(row.store_id());
  shown.set_store_name(row.store_name());
  for (const disk::Item& line : row.items()) {
    v1::OrderItem& item = *shown.add_items();
    item.set_item_name(line.item_name());
    item.set_quantity(line.quantity());
    item.set_unit_price(line.unit_price());
  }
  shown.set_price(row.price());
  shown.set_currency_code(row.currency_code());
  shown.set_pay_kind(row.pay_kind());
  shown.set_address(row.address());
  shown.set_status(row.status());
  shown.set_cancel_requested(row.cancel_requested());
  shown.set_rider_id(row.rider_id());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::food::order
