#include "services/fashion/store/domain.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/service.h"
#include "maru/fashion/store/v1/store.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::fashion::store {
namespace {

using Status = v1::StoreOrder;

disk::StoreOrder Moved(const disk::StoreOrder& row, Status::Status to, absl::Time now) {
  disk::StoreOrder moved = row;
  moved.set_status(to);
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

// Copies what an order is about between events and rows.
template <class From, class To>
void CopyOrder(const From& from, To& to) {
  to.set_order_id(from.order_id());
  to.set_store_id(from.store_id());
  to.set_product_id(from.product_id());
  to.set_product_name(from.product_name());
  to.set_quantity(from.quantity());
  to.set_customer_id(from.customer_id());
  to.set_customer_name(from.customer_name());
  to.set_address(from.address());
}

template <class E>
Decided MovedAndTold(const disk::StoreOrder& row, Status::Status to, absl::Time now) {
  E event;
  CopyOrder(row, event);
  event.set_store_order_id(row.id());
  return {Moved(row, to, now), event};
}

// The step from `from` to `to`, by its store's owner. E is told when it is made.
template <class E>
absl::StatusOr<Decided> Step(const std::optional<disk::StoreOrder>& row, std::string_view id,
                             const rpc::Identity& owner, absl::Time now, Status::Status from,
                             Status::Status to) {
  if (!row.has_value() || !owner.OwnsStore(row->store_id())) {
    return options::v1::errors::NotFound("store order", id);
  }
  if (row->status() == to) return Decided{*row, {}};
  if (row->status() == from) return MovedAndTold<E>(*row, to, now);
  if (row->status() == Status::STATUS_CANCEL_PENDING) return v1::errors::CancelPending(id);
  return v1::errors::WrongStatus(id, Status::Status_Name(row->status()));
}

}  // namespace

Decided Place(const order::v1::OrderPlaced& placed, bool auto_accept, absl::Time now,
              std::string id) {
  disk::StoreOrder row;
  CopyOrder(placed, row);
  row.set_id(std::move(id));
  row.set_status(Status::STATUS_PLACED);
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  if (!auto_accept) return {row, {}};
  return MovedAndTold<v1::StoreAccepted>(row, Status::STATUS_ACCEPTED, now);
}

absl::StatusOr<Decided> Accept(const std::optional<disk::StoreOrder>& row, std::string_view id,
                               const rpc::Identity& owner, absl::Time now) {
  return Step<v1::StoreAccepted>(row, id, owner, now, Status::STATUS_PLACED,
                                 Status::STATUS_ACCEPTED);
}

absl::StatusOr<Decided> ConfirmCancel(const std::optional<disk::StoreOrder>& row,
                                      std::string_view id, const rpc::Identity& owner,
                                      absl::Time now) {
  return Step<v1::StoreCanceled>(row, id, owner, now, Status::STATUS_CANCEL_PENDING,
                                 Status::STATUS_CANCELED);
}

absl::StatusOr<disk::Store> SetAutoAccept(const v1::SetAutoAcceptRequest& request,
                                          const rpc::Identity& owner) {
  const std::string& id = request.store().store_id();
  if (!owner.OwnsStore(id)) return options::v1::errors::NotFound("store", id);
  if (request.update_mask().paths_size() != 1 || request.update_mask().paths(0) != "auto_accept") {
    return rpc::InvalidField("update_mask", "must be auto_accept");
  }
  disk::Store row;
  row.set_store_id(id);
  row.set_manual(!request.store().auto_accept());
  return row;
}

std::optional<Decided> RequestCancel(const disk::StoreOrder& row, bool auto_accept,
                                     absl::Time now) {
  if (row.status() != Status::STATUS_PLACED && row.status() != Status::STATUS_ACCEPTED) {
    return std::nullopt;
  }
  if (auto_accept) return MovedAndTold<v1::StoreCanceled>(row, Status::STATUS_CANCELED, now);
  return Decided{Moved(row, Status::STATUS_CANCEL_PENDING, now), {}};
}

v1::StoreCanceled CancelUnknown(const order::v1::OrderCancelRequested& requested) {
  v1::StoreCanceled event;
  CopyOrder(requested, event);
  return event;
}

std::optional<Decided> RefuseCancel(const disk::StoreOrder& row, absl::Time now) {
  if (row.status() != Status::STATUS_CANCELED) return std::nullopt;
  return Decided{Moved(row, Status::STATUS_ACCEPTED, now), {}};
}

bool AutoAccepts(const std::optional<disk::Store>& row) {
  return !row.has_value() || !row->manual();
}

bool IsActive(const disk::StoreOrder& row) { return row.status() != Status::STATUS_CANCELED; }

v1::StoreOrder ToApi(const disk::StoreOrder& row) {
  v1::StoreOrder shown;
  CopyOrder(row, shown);
  shown.set_id(row.id());
  shown.set_status(row.status());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

v1::Store ToApi(std::string_view store_id, const std::optional<disk::Store>& row) {
  v1::Store shown;
  shown.set_store_id(std::string(store_id));
  shown.set_auto_accept(AutoAccepts(row));
  return shown;
}

}  // namespace maru::fashion::store
