#include "services/fashion/delivery/domain.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/readers.h"
#include "maru/fashion/delivery/v1/delivery.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::fashion::delivery {
namespace {

using Status = v1::Delivery;

template <class E>
E About(const disk::Delivery& row) {
  E event;
  event.set_delivery_id(row.id());
  event.set_order_id(row.order_id());
  event.set_store_id(row.store_id());
  event.set_customer_id(row.customer_id());
  if constexpr (requires { event.set_rider_id(row.rider_id()); }) {
    event.set_rider_id(row.rider_id());
  }
  return event;
}

}  // namespace

Started Start(const fashion::store::v1::StoreAccepted& accepted, absl::Time now, std::string id) {
  disk::Delivery row;
  row.set_id(std::move(id));
  row.set_order_id(accepted.order_id());
  row.set_store_id(accepted.store_id());
  row.set_product_id(accepted.product_id());
  row.set_product_name(accepted.product_name());
  row.set_quantity(accepted.quantity());
  row.set_customer_id(accepted.customer_id());
  row.set_customer_name(accepted.customer_name());
  row.set_address(accepted.address());
  row.set_status(Status::STATUS_STARTED);
  *row.mutable_start_time() = ToTimestamp(now);
  return {row, About<v1::DeliveryStarted>(row)};
}

absl::StatusOr<Completed> Complete(const std::optional<disk::Delivery>& row, std::string_view id,
                                   std::string_view rider, absl::Time now) {
  if (!row.has_value()) return options::v1::errors::NotFound("delivery", id);
  if (row->status() == Status::STATUS_CANCELED) return v1::errors::DeliveryCanceled(id);
  if (row->status() == Status::STATUS_COMPLETED) {
    if (row->rider_id() != rider) return v1::errors::AlreadyCompleted(id);
    return Completed{*row, std::nullopt};
  }
  Completed result{*row, std::nullopt};
  result.delivery.set_status(Status::STATUS_COMPLETED);
  result.delivery.set_rider_id(std::string(rider));
  *result.delivery.mutable_complete_time() = ToTimestamp(now);
  result.event = About<v1::DeliveryCompleted>(result.delivery);
  return result;
}

Decided Cancel(const disk::Delivery& row, absl::Time now) {
  if (row.status() == Status::STATUS_COMPLETED) return {row, About<v1::DeliveryCancelRefused>(row)};
  if (row.status() == Status::STATUS_CANCELED) return {row, {}};
  disk::Delivery canceled = row;
  canceled.set_status(Status::STATUS_CANCELED);
  *canceled.mutable_cancel_time() = ToTimestamp(now);
  return {canceled, About<v1::DeliveryCanceled>(row)};
}

v1::DeliveryCanceled CancelUnknown(const fashion::store::v1::StoreCanceled& canceled) {
  v1::DeliveryCanceled event;
  event.set_order_id(canceled.order_id());
  event.set_store_id(canceled.store_id());
  event.set_customer_id(canceled.customer_id());
  return event;
}

bool MaySee(const disk::Delivery& row, const rpc::Identity& reader) {
  const bool open = row.status() == Status::STATUS_STARTED && reader.Is(options::v1::ROLE_RIDER);
  return open || rpc::MayRead(row, reader);
}

v1::Delivery ToApi(const disk::Delivery& row) {
  v1::Delivery shown;
  shown.set_id(row.id());
  shown.set_order_id(row.order_id());
  shown.set_store_id(row.store_id());
  shown.set_product_id(row.product_id());
  shown.set_product_name(row.product_name());
  shown.set_quantity(row.quantity());
  shown.set_customer_id(row.customer_id());
  shown.set_customer_name(row.customer_name());
  shown.set_address(row.address());
  shown.set_rider_id(row.rider_id());
  shown.set_status(row.status());
  *shown.mutable_start_time() = row.start_time();
  if (row.has_complete_time()) *shown.mutable_complete_time() = row.complete_time();
  if (row.has_cancel_time()) *shown.mutable_cancel_time() = row.cancel_time();
  return shown;
}

}  // namespace maru::fashion::delivery
