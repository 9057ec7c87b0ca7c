#include "tests/workload/books/customer.h"

#include <iterator>

#include "absl/strings/str_cat.h"

namespace maru::workload::books {

using async::Task;
using reservation::Reservation;

Task<> Customer::Step() {
  if (reservations_.empty()) return Reserve();
  switch (Pick(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return Reserve();
    case 5:
    case 6:
    case 7:
      return Cancel();
    case 8:
    case 9:
      return LookAtReservation();
    case 10:
    case 11:
      return LookAtPage();
    case 12:
      return TryForeign();
    default:
      return TryInvalid();
  }
}

void Customer::Saw(const std::string& context, const std::string& id, int floor, int status) {
  if (status < floor) {
    Note(absl::StrCat(context, " showed ", id, " as ", status, ", and as ", floor, " before"));
  }
  town_.statuses.Saw(context, id, status);
}

Task<> Customer::Reserve() {
  reservation::ReserveRequest request;
  request.set_book_id(kBooks[Pick(std::size(kBooks))]);
  request.set_request_id(NewId());
  const auto result = co_await Insist(kReserve, request);
  const Verdict verdict = Judge("Reserve", result, /*may_succeed=*/true, {});
  auto& [surely, perhaps] = town_.reserved[{subject(), request.book_id()}];
  if (verdict == Verdict::kUnknown) ++perhaps;
  if (verdict != Verdict::kDone) co_return;
  ++surely;
  const Reservation& row = result.reply;
  if (row.status() != Reservation::STATUS_RESERVED || row.customer_id() != subject() ||
      row.book_id() != request.book_id()) {
    Note(absl::StrCat("reserved, got {", row.ShortDebugString(), "}"));
  }
  reservations_.push_back(row.id());
  positions_[row.id()] = result.position;
  town_.reservations[row.id()] = subject();
}

Task<> Customer::Cancel() {
  const std::string id = reservations_[Pick(reservations_.size())];
  reservation::CancelReservationRequest request;
  request.set_id(id);
  request.set_request_id(NewId());
  const auto result = co_await Insist(kCancelReservation, request);
  const Verdict verdict = Judge("CancelReservation", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<reservation::ReservationCanceled>(id);
  if (verdict != Verdict::kDone) co_return;
  if (result.reply.status() != Reservation::STATUS_CANCELED) {
    Note(absl::StrCat("canceled, got {", result.reply.ShortDebugString(), "}"));
  }
  if (result.reply.reason() == Reservation::REASON_CUSTOMER) {
    town_.deeds.Once<reservation::ReservationCanceled>(id);
  }
}

Task<> Customer::LookAtReservation() {
  const std::string id = reservations_[Pick(reservations_.size())];
  reservation::GetReservationRequest request;
  request.set_id(id);
  const int floor = town_.statuses.Floor(kReservation, id);
  const auto result = co_await Insist(kGetReservation, request);
  if (Judge("GetReservation", result, /*may_succeed=*/true, {}) == Verdict::kDone) {
    Saw(kReservation, id, floor, result.reply.status());
  }
}

Task<> Customer::LookAtPage() {
  const std::string id = reservations_[Pick(reservations_.size())];
  mypage::GetMyPageEntryRequest request;
  request.set_reservation_id(id);
  const int floor = town_.statuses.Floor(kMypage, id);
  const bool waits = OneIn(2) && !positions_[id].empty();
  if (waits) request.set_position(positions_[id]);
  const auto result = co_await Insist(kGetMyPageEntry, request);
  std::vector<Refusal> refusals;
  if (floor == 0 && !waits) refusals.push_back(kNotFound);
  if (Judge("GetMyPageEntry", result, /*may_succeed=*/true, refusals) == Verdict::kDone) {
    Saw(kMypage, id, floor, result.reply.status());
  }
}

Task<> Customer::TryForeign() {
  std::string id;
  for (const auto& [reservation_id, customer] : town_.reservations) {
    if (customer != subject()) id = reservation_id;
  }
  if (id.empty()) co_return co_await Reserve();
  reservation::CancelReservationRequest cancel;
  cancel.set_id(id);
  cancel.set_request_id(NewId());
  const auto canceled = co_await Insist(kCancelReservation, cancel);
  ExpectRefusal("somebody else's reservation", canceled, kNotFound);
  mypage::GetMyPageEntryRequest look;
  look.set_reservation_id(id);
  const auto seen = co_await Insist(kGetMyPageEntry, look);
  ExpectRefusal("somebody else's page", seen, kNotFound);
}

Task<> Customer::TryInvalid() {
  library::RenewRequest renew;
  renew.set_book_id(kBooks[0]);
  renew.set_version("1000000");
  const auto forbidden = co_await Insist(kRenew, renew);
  ExpectRefusal("a customer who reprints", forbidden, kRoleRequired);
}

}  // namespace maru::workload::books
