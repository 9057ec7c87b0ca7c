#include "services/food/delivery/domain.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/readers.h"
#include "maru/food/delivery/v1/delivery.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::food::delivery {
namespace {

using Status = v1::Delivery;

// What stops this rider from working on the row.
absl::Status CheckMine(const std::optional<disk::Delivery>& row, std::string_view id,
                       std::string_view rider) {
  if (!row.has_value()) return options::v1::errors::NotFound("delivery", id);
  if (row->status() != Status::STATUS_STARTED && row->rider_id() != rider) {
    return v1::errors::AlreadyPickedUp(id, Status::Status_Name(row->status()));
  }
  return absl::OkStatus();
}

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

Started Start(const food::store::v1::CookFinished& cooked, absl::Time now, std::string id) {
  disk::Delivery row;
  row.set_id(std::move(id));
  row.set_order_id(cooked.order_id());
  row.set_store_id(cooked.store_id());
  row.set_customer_id(cooked.customer_id());
  row.set_address(cooked.address());
  row.set_status(Status::STATUS_STARTED);
  *row.mutable_start_time() = ToTimestamp(now);
  return {row, About<v1::DeliveryStarted>(row)};
}

absl::StatusOr<PickedUp> PickUp(const std::optional<disk::Delivery>& row, std::string_view id,
                                std::string_view rider, absl::Time now) {
  RETURN_IF_ERROR(CheckMine(row, id, rider));
  if (row->status() != Status::STATUS_STARTED) return PickedUp{*row, std::nullopt};
  PickedUp result{*row, std::nullopt};
  result.delivery.set_status(Status::STATUS_PICKED_UP);
  result.delivery.set_rider_id(std::string(rider));
  *result.delivery.mutable_pickup_time() = ToTimestamp(now);
  result.event = About<v1::DeliveryPickedUp>(result.delivery);
  return result;
}

absl::StatusOr<Completed> Complete(const std::optional<disk::Delivery>& row, std::string_view id,
                                   std::string_view rider, absl::Time now) {
  RETURN_IF_ERROR(CheckMine(row, id, rider));
  if (row->status() == Status::STATUS_STARTED) {
    return v1::errors::NotPickedUp(id, Status::Status_Name(row->status()));
  }
  if (row->status() == Status::STATUS_COMPLETED) return Completed{*row, std::nullopt};
  Completed result{*row, std::nullopt};
  result.delivery.set_status(Status::STATUS_COMPLETED);
  *result.delivery.mutable_complete_time() = ToTimestamp(now);
  result.event = About<v1::DeliveryCompleted>(result.delivery);
  return result;
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
  shown.set_customer_id(row.customer_id());
  shown.set_address(row.address());
  shown.set_rider_id(row.rider_id());
  shown.set_status(row.status());
  *shown.mutable_start_time() = row.start_time();
  if (row.has_pickup_time()) *shown.mutable_pickup_time() = row.pickup_time();
  if (row.has_complete_time()) *shown.mutable_complete_time() = row.complete_time();
  return shown;
}

}  // namespace maru::food::delivery
