#include "services/homecleaning/reservation/domain.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "maru/homecleaning/reservation/v1/reservation.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::homecleaning::reservation {
namespace {

using Status = v1::CleaningReservation;

constexpr char kDefaultCurrency[] = "KRW";

std::optional<disk::Reservation> Moved(const disk::Reservation& row, Status::Status from,
                                       Status::Status to, absl::Time now) {
  if (row.status() != from) return std::nullopt;
  disk::Reservation moved = row;
  moved.set_status(to);
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

}  // namespace

disk::Reservation Request(const v1::RequestCleaningRequest& request, std::string_view customer,
                          absl::Time now, std::string id) {
  disk::Reservation row;
  row.set_id(std::move(id));
  *row.mutable_request_date() = request.request_date();
  row.set_place(request.place());
  row.set_customer_name(request.customer_name());
  row.set_customer_id(std::string(customer));
  row.set_price(request.price());
  row.set_currency_code(request.currency_code().empty() ? kDefaultCurrency
                                                        : request.currency_code());
  row.set_requested_kind(request.pay_kind() == payment::v1::PAY_KIND_UNSPECIFIED
                             ? payment::v1::PAY_KIND_CREDIT
                             : request.pay_kind());
  row.set_pay_kind(row.requested_kind());
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

v1::CleaningRequested RequestedOf(const disk::Reservation& row) {
  v1::CleaningRequested event;
  event.set_reservation_id(row.id());
  *event.mutable_request_date() = row.request_date();
  event.set_place(row.place());
  event.set_customer_name(row.customer_name());
  event.set_customer_id(row.customer_id());
  event.set_price(row.price());
  event.set_currency_code(row.currency_code());
  event.set_pay_kind(row.requested_kind());
  return event;
}

absl::Status CheckOwner(const disk::Reservation& row, std::string_view customer) {
  if (row.customer_id() == customer) return absl::OkStatus();
  return options::v1::errors::NotFound("reservation", row.id());
}

absl::StatusOr<Canceled> Cancel(const std::optional<disk::Reservation>& row, std::string_view id,
                                std::string_view customer, absl::Time now) {
  if (!row.has_value()) return options::v1::errors::NotFound("reservation", id);
  RETURN_IF_ERROR(CheckOwner(*row, customer));
  switch (row->status()) {
    case Status::STATUS_PENDING:
      return options::v1::errors::OutcomePending(id);
    case Status::STATUS_CANCELED:
    case Status::STATUS_REFUNDED:
      return Canceled{*row, std::nullopt};
    case Status::STATUS_REJECTED:
      if (row->canceled_while_pending()) return Canceled{*row, std::nullopt};
      break;
    case Status::STATUS_PAID: {
      Canceled result;
      result.reservation = *Moved(*row, Status::STATUS_PAID, Status::STATUS_CANCELED, now);
      v1::CleaningRequestCanceled& event = result.event.emplace();
      event.set_reservation_id(row->id());
      event.set_customer_id(row->customer_id());
      return result;
    }
    default:
      break;
  }
  return v1::errors::NotCancelable(id, Status::Status_Name(row->status()));
}

std::optional<disk::Reservation> Clean(const disk::Reservation& row, absl::Time now) {
  return Moved(row, Status::STATUS_PAID, Status::STATUS_CLEANED, now);
}

std::optional<disk::Reservation> Refund(const disk::Reservation& row, absl::Time now) {
  return Moved(row, Status::STATUS_CANCELED, Status::STATUS_REFUNDED, now);
}

std::optional<disk::Reservation> TakeKind(const disk::Reservation& row, payment::v1::PayKind kind,
                                          uint64_t sequence, absl::Time now) {
  if (sequence < row.pay_kind_sequence()) return std::nullopt;
  disk::Reservation changed = row;
  changed.set_pay_kind_sequence(sequence);
  if (kind != row.pay_kind()) {
    changed.set_pay_kind(kind);
    *changed.mutable_update_time() = ToTimestamp(now);
  }
  return changed;
}

bool IsActive(const disk::Reservation& row) {
  return row.status() == Status::STATUS_PENDING || row.status() == Status::STATUS_PAID ||
         row.status() == Status::STATUS_CLEANED;
}

bool MayRead(const disk::Reservation& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || reader.Is(options::v1::ROLE_ADMIN);
}

v1::CleaningReservation ToApi(const disk::Reservation& row) {
  v1::CleaningReservation shown;
  shown.set_id(row.id());
  *shown.mutable_request_date() = row.request_date();
  shown.set_place(row.place());
  shown.set_customer_name(row.customer_name());
  shown.set_customer_id(row.customer_id());
  shown.set_price(row.price());
  shown.set_currency_code(row.currency_code());
  shown.set_pay_kind(row.pay_kind());
  shown.set_status(row.status());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::homecleaning::reservation
