#include "services/books/reservation/service.h"

#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/books/reservation/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/books/reservation/domain.h"
#include "services/books/reservation/tables.h"

namespace maru::books::reservation {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

Task<absl::StatusOr<v1::Reservation>> ReservationService::Reserve(
    const CallContext& call, const v1::ReserveRequest& request) {
  return store_.Transact(call, [&call, &request](Txn& txn) -> absl::StatusOr<v1::Reservation> {
    const disk::Reservation row =
        reservation::Reserve(request.book_id(), call.identity->subject, txn.Now(), txn.NewId());
    kReservations.Put(txn, row.id(), row);
    kReservationsByCustomer.Put(txn, row.customer_id(), row.id());
    txn.Emit(ReservedOf(row));
    return ToApi(row);
  });
}

Task<absl::StatusOr<v1::Reservation>> ReservationService::CancelReservation(
    const CallContext& call, const v1::CancelReservationRequest& request) {
  return store_.Transact(call, {kReservations.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Reservation> {
                           ASSIGN_OR_RETURN(const auto row, kReservations.Get(txn, request.id()));
                           ASSIGN_OR_RETURN(
                               const Canceled canceled,
                               Cancel(row, request.id(), call.identity->subject, txn.Now()));
                           if (canceled.event.has_value()) {
                             kReservations.Put(txn, request.id(), canceled.reservation);
                             txn.Emit(*canceled.event);
                           }
                           return ToApi(canceled.reservation);
                         });
}

Task<absl::StatusOr<v1::Reservation>> ReservationService::GetReservation(
    const CallContext& call, const v1::GetReservationRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Reservation> {
    ASSIGN_OR_RETURN(const auto row, kReservations.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("reservation", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListReservationsResponse>> ReservationService::ListReservations(
    const CallContext& call, const v1::ListReservationsRequest& request) {
  using Status = v1::Reservation;
  const PageRequest page = PageRequestOf(call, request, {Status::Status_Name(request.status())});
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListReservationsResponse> {
        const auto wanted = [&request](const disk::Reservation& row) {
          return request.status() == Status::STATUS_UNSPECIFIED
                     ? row.status() != Status::STATUS_CANCELED
                     : row.status() == request.status();
        };
        const rpc::Identity& actor = *call.identity;
        ASSIGN_OR_RETURN(auto found, SeesAll(actor) ? ListPage(reader, kReservations, page, wanted)
                                                    : ListPage(reader, kReservationsByCustomer,
                                                               kReservations, page, actor.subject));
        std::erase_if(found.rows, [&wanted](const auto& row) { return !wanted(row.value); });
        return ToListResponse(found, &v1::ListReservationsResponse::mutable_reservations, ToApi);
      });
}

}  // namespace maru::books::reservation
