#include "services/books/delivery/domain.h"

#include <utility>

#include "common/base/timestamp.h"

namespace maru::books::delivery {
namespace {

using Status = v1::Delivery;

disk::Delivery Moved(const disk::Delivery& row, Status::Status to, absl::Time now) {
  disk::Delivery moved = row;
  moved.set_status(to);
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

template <class E>
E EventOf(const disk::Delivery& row) {
  E event;
  event.set_reservation_id(row.reservation_id());
  event.set_delivery_id(row.id());
  event.set_book_id(row.book_id());
  event.set_customer_id(row.customer_id());
  return event;
}

}  // namespace

disk::Delivery Request(const reservation::v1::Reserved& event, absl::Time now, std::string id) {
  disk::Delivery row;
  row.set_id(std::move(id));
  row.set_reservation_id(event.reservation_id());
  row.set_book_id(event.book_id());
  row.set_customer_id(event.customer_id());
  row.set_status(Status::STATUS_REQUESTED);
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

v1::DeliveryRequested RequestedOf(const disk::Delivery& row) {
  return EventOf<v1::DeliveryRequested>(row);
}
v1::BookDelivered DeliveredOf(const disk::Delivery& row) { return EventOf<v1::BookDelivered>(row); }
v1::DeliveryCanceled CanceledOf(const disk::Delivery& row) {
  return EventOf<v1::DeliveryCanceled>(row);
}

std::optional<disk::Delivery> Deliver(const disk::Delivery& row, absl::Time now) {
  if (row.status() != Status::STATUS_REQUESTED) return std::nullopt;
  return Moved(row, Status::STATUS_DELIVERED, now);
}

std::optional<disk::Delivery> Fail(const disk::Delivery& row, absl::Time now) {
  if (row.status() != Status::STATUS_REQUESTED) return std::nullopt;
  return Moved(row, Status::STATUS_FAILED, now);
}

std::optional<disk::Delivery> Cancel(const disk::Delivery& row, absl::Time now) {
  if (row.status() != Status::STATUS_REQUESTED && row.status() != Status::STATUS_DELIVERED) {
    return std::nullopt;
  }
  return Moved(row, Status::STATUS_CANCELED, now);
}

bool SeesAll(const rpc::Identity& reader) {
  return reader.Is(options::v1::ROLE_LIBRARIAN) || reader.Is(options::v1::ROLE_ADMIN);
}

bool MayRead(const disk::Delivery& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || SeesAll(reader);
}

v1::Delivery ToApi(const disk::Delivery& row) {
  v1::Delivery shown;
  shown.set_id(row.id());
  shown.set_reservation_id(row.reservation_id());
  shown.set_book_id(row.book_id());
  shown.set_customer_id(row.customer_id());
  shown.set_status(row.status());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::books::delivery
