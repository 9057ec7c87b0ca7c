#include "services/books/mypage/domain.h"

#include "common/base/timestamp.h"

namespace maru::books::mypage {
namespace {

using Entry = v1::MyPageEntry;

void Raise(Entry::Status status, disk::Row& row) {
  if (status > row.status()) row.set_status(status);
}

// Several contexts tell of an end; the earliest time stays, whatever order they come in.
void End(const Event& envelope, disk::Row& row) {
  Raise(Entry::STATUS_CANCELED, row);
  if (row.has_cancel_time() && FromTimestamp(row.cancel_time()) <= FromTimestamp(envelope.time())) {
    return;
  }
  *row.mutable_cancel_time() = envelope.time();
}

}  // namespace

void Apply(const Event& envelope, const reservation::v1::Reserved& event, disk::Row& row) {
  row.set_customer_id(event.customer_id());
  row.set_book_id(event.book_id());
  *row.mutable_reserve_time() = envelope.time();
  Raise(Entry::STATUS_RESERVED, row);
}

void Apply(const Event& envelope, const reservation::v1::ReservationCanceled&, disk::Row& row) {
  End(envelope, row);
}

void Apply(const Event&, const delivery::v1::DeliveryRequested& event, disk::Row& row) {
  row.set_delivery_id(event.delivery_id());
}

void Apply(const Event& envelope, const delivery::v1::BookDelivered&, disk::Row& row) {
  *row.mutable_deliver_time() = envelope.time();
  Raise(Entry::STATUS_DELIVERED, row);
}

void Apply(const Event& envelope, const delivery::v1::DeliveryCanceled&, disk::Row& row) {
  End(envelope, row);
}

void Apply(const Event& envelope, const book::v1::OutOfStock&, disk::Row& row) {
  End(envelope, row);
}

bool IsShown(const disk::Row& row) { return row.has_reserve_time(); }

bool SeesAll(const rpc::Identity& reader) {
  return reader.Is(options::v1::ROLE_LIBRARIAN) || reader.Is(options::v1::ROLE_ADMIN);
}

bool MayRead(const disk::Row& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || SeesAll(reader);
}

v1::MyPageEntry ToApi(const disk::Row& row) {
  Entry shown;
  shown.set_reservation_id(row.reservation_id());
  shown.set_customer_id(row.customer_id());
  shown.set_book_id(row.book_id());
  shown.set_delivery_id(row.delivery_id());
  shown.set_status(row.status());
  *shown.mutable_reserve_time() = row.reserve_time();
  if (row.has_deliver_time()) *shown.mutable_deliver_time() = row.deliver_time();
  if (row.has_cancel_time()) *shown.mutable_cancel_time() = row.cancel_time();
  return shown;
}

}  // namespace maru::books::mypage
