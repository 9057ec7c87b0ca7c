#include "services/books/reservation/domain.h"

#include <utility>

#include "common/base/timestamp.h"
#include "maru/books/reservation/v1/reservation.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::books::reservation {
namespace {

using Status = v1::Reservation;

disk::Reservation Moved(const disk::Reservation& row, Status::Status to, absl::Time now) {
  disk::Reservation moved = row;
  moved.set_status(to);
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

disk::Reservation CanceledFor(const disk::Reservation& row, Status::Reason reason, absl::Time now) {
  disk::Reservation canceled = Moved(row, Status::STATUS_CANCELED, now);
  canceled.set_reason(reason);
  return canceled;
}

template <class E>
E EventOf(const disk::Reservation& row) {
  E event;
  event.set_reservation_id(row.id());
  event.set_book_id(row.book_id());
  event.set_customer_id(row.customer_id());
  return event;
}

}  // namespace

disk::Reservation Reserve(std::string_view book_id, std::string_view customer, absl::Time now,
                          std::string id) {
  disk::Reservation row;
  row.set_id(std::move(id));
  row.set_book_id(std::string(book_id));
  row.set_customer_id(std::string(customer));
  row.set_status(Status::STATUS_RESERVED);
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

v1::Reserved ReservedOf(const disk::Reservation& row) { return EventOf<v1::Reserved>(row); }

absl::StatusOr<Canceled> Cancel(const std::optional<disk::Reservation>& row, std::string_view id,
                                std::string_view customer, absl::Time now) {
  if (!row.has_value() || row->customer_id() != customer) {
    return options::v1::errors::NotFound("reservation", id);
  }
  if (row->status() == Status::STATUS_CANCELED) return Canceled{*row, std::nullopt};
  return Canceled{CanceledFor(*row, Status::REASON_CUSTOMER, now),
                  EventOf<v1::ReservationCanceled>(*row)};
}

std::optional<disk::Reservation> Deliver(const disk::Reservation& row, absl::Time now) {
  if (row.status() != Status::STATUS_RESERVED) return std::nullopt;
  return Moved(row, Status::STATUS_DELIVERED, now);
}

std::optional<disk::Reservation> RunOut(const disk::Reservation& row, absl::Time now) {
  if (row.status() != Status::STATUS_RESERVED) return std::nullopt;
  return CanceledFor(row, Status::REASON_OUT_OF_STOCK, now);
}

bool SeesAll(const rpc::Identity& reader) {
  return reader.Is(options::v1::ROLE_LIBRARIAN) || reader.Is(options::v1::ROLE_ADMIN);
}

bool MayRead(const disk::Reservation& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || SeesAll(reader);
}

v1::Reservation ToApi(const disk::Reservation& row) {
  v1::Reservation shown;
  shown.set_id(row.id());
  shown.set_book_id(row.book_id());
  shown.set_customer_id(row.customer_id());
  shown.set_status(row.status());
  shown.set_reason(row.reason());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::books::reservation
