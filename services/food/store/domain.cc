#include "services/food/store/domain.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "maru/food/store/v1/store.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::food::store {
namespace {

using Status = v1::StoreOrder;

disk::Ticket Moved(const disk::Ticket& row, Status::Status to, absl::Time now) {
  disk::Ticket moved = row;
  moved.set_status(to);
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

template <class E>
E About(const disk::Ticket& row) {
  E event;
  event.set_store_order_id(row.id());
  event.set_order_id(row.order_id());
  event.set_store_id(row.store_id());
  event.set_customer_id(row.customer_id());
  return event;
}

v1::StoreRejected RejectedOf(const disk::Ticket& row, v1::StoreRejected::Reason reason) {
  auto event = About<v1::StoreRejected>(row);
  event.set_reason(reason);
  return event;
}

// The step from `from` to `to`, by its store's owner. `event` is told when it is made.
absl::StatusOr<Decided> Step(const std::optional<disk::Ticket>& row, std::string_view id,
                             const rpc::Identity& owner, absl::Time now, Status::Status from,
                             Status::Status to, Told (*event)(const disk::Ticket&)) {
  if (!row.has_value() || !owner.OwnsStore(row->store_id())) {
    return options::v1::errors::NotFound("store order", id);
  }
  if (row->status() == to) return Decided{*row, {}};
  if (row->status() != from) {
    return v1::errors::WrongStatus(id, Status::Status_Name(row->status()));
  }
  return Decided{Moved(*row, to, now), event(*row)};
}

}  // namespace

disk::Ticket Place(const order::v1::OrderPlaced& placed, absl::Time now, std::string id) {
  disk::Ticket row;
  row.set_id(std::move(id));
  row.set_order_id(placed.order_id());
  row.set_store_id(placed.store_id());
  row.set_customer_id(placed.customer_id());
  row.set_address(placed.address());
  for (const order::v1::OrderItem& item : placed.items()) {
    disk::Item& line = *row.add_items();
    line.set_item_name(item.item_name());
    line.set_quantity(item.quantity());
    line.set_unit_price(item.unit_price());
  }
  row.set_status(Status::STATUS_PLACED);
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

absl::StatusOr<Decided> Accept(const std::optional<disk::Ticket>& row, std::string_view id,
                               const rpc::Identity& owner, absl::Time now) {
  return Step(row, id, owner, now, Status::STATUS_PLACED, Status::STATUS_ACCEPTED,
              [](const disk::Ticket& ticket) -> Told { return About<v1::StoreAccepted>(ticket); });
}

absl::StatusOr<Decided> Reject(const std::optional<disk::Ticket>& row, std::string_view id,
                               const rpc::Identity& owner, absl::Time now) {
  return Step(row, id, owner, now, Status::STATUS_PLACED, Status::STATUS_REJECTED,
              [](const disk::Ticket& ticket) -> Told {
                return RejectedOf(ticket, v1::StoreRejected::REASON_OWNER);
              });
}

absl::StatusOr<Decided> StartCooking(const std::optional<disk::Ticket>& row, std::string_view id,
                                     const rpc::Identity& owner, absl::Time now) {
  return Step(row, id, owner, now, Status::STATUS_ACCEPTED, Status::STATUS_COOKING,
              [](const disk::Ticket& ticket) -> Told { return About<v1::CookStarted>(ticket); });
}

absl::StatusOr<Decided> FinishCooking(const std::optional<disk::Ticket>& row, std::string_view id,
                                      const rpc::Identity& owner, absl::Time now) {
  return Step(row, id, owner, now, Status::STATUS_COOKING, Status::STATUS_COOKED,
              [](const disk::Ticket& ticket) -> Told {
                auto event = About<v1::CookFinished>(ticket);
                event.set_address(ticket.address());
                return event;
              });
}

Decided Cancel(const disk::Ticket& row, absl::Time now) {
  switch (row.status()) {
    case Status::STATUS_PLACED:
    case Status::STATUS_ACCEPTED:
    case Status::STATUS_COOKING:
      return {Moved(row, Status::STATUS_CANCELED, now), About<v1::StoreCanceled>(row)};
    case Status::STATUS_COOKED:
    case Status::STATUS_REJECTED:
      return {row, About<v1::StoreCancelRefused>(row)};
    default:
      return {row, {}};
  }
}

v1::StoreCanceled CancelUnknown(const order::v1::OrderCancelRequested& requested) {
  v1::StoreCanceled event;
  event.set_order_id(requested.order_id());
  event.set_store_id(requested.store_id());
  event.set_customer_id(requested.customer_id());
  return event;
}

Decided TimeOut(const disk::Ticket& row, absl::Time now) {
  if (row.status() != Status::STATUS_PLACED) return {row, {}};
  return {Moved(row, Status::STATUS_REJECTED, now),
          RejectedOf(row, v1::StoreRejected::REASON_TIMEOUT)};
}

bool IsActive(const disk::Ticket& row) {
  return row.status() != Status::STATUS_REJECTED && row.status() != Status::STATUS_CANCELED;
}

v1::StoreOrder ToApi(const disk::Ticket& row) {
  v1::StoreOrder shown;
  shown.set_id(row.id());
  shown.set_order_id(row.order_id());
  shown.set_store_id(row.store_id());
  shown.set_customer_id(row.customer_id());
  shown.set_address(row.address());
  for (const disk::Item& line : row.items()) {
    v1::StoreOrderItem& item = *shown.add_items();
    item.set_item_name(line.item_name());
    item.set_quantity(line.quantity());
    item.set_unit_price(line.unit_price());
  }
  shown.set_status(row.status());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::food::store
