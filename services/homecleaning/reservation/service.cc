#include "services/homecleaning/reservation/service.h"

#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/homecleaning/reservation/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/homecleaning/reservation/domain.h"
#include "services/homecleaning/reservation/tables.h"

namespace maru::homecleaning::reservation {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

}  // namespace

Task<absl::StatusOr<v1::CleaningReservation>> ReservationService::RequestCleaning(
    const CallContext& call, const v1::RequestCleaningRequest& request) {
  co_return co_await request_cleaning_.Run(
      call, [&](Txn& txn) -> absl::StatusOr<disk::Reservation> {
        const disk::Reservation row =
            Request(request, call.identity->subject, txn.Now(), txn.NewId());
        kReservationsByCustomer.Put(txn, row.customer_id(), row.id());
        return row;
      });
}

Task<absl::StatusOr<v1::CleaningReservation>> ReservationService::CancelReservation(
    const CallContext& call, const v1::CancelReservationRequest& request) {
  const std::string& customer = call.identity->subject;
  // A PENDING one is REJECTED behind this; any other is left to the rules.
  CO_RETURN_IF_ERROR(co_await request_cleaning_.Cancel(
      call, request.id(),
      [&customer](const disk::Reservation& row) { return CheckOwner(row, customer); }));
  co_return co_await store_.Transact(
      call, [&](Txn& txn) -> absl::StatusOr<v1::CleaningReservation> {
        ASSIGN_OR_RETURN(const auto row, kReservations.Get(txn, request.id()));
        ASSIGN_OR_RETURN(const Canceled result, Cancel(row, request.id(), customer, txn.Now()));
        if (result.event.has_value()) {
          kReservations.Put(txn, result.reservation.id(), result.reservation);
          txn.Emit(*result.event);
        }
        return ToApi(result.reservation);
      });
}

Task<absl::StatusOr<v1::CleaningReservation>> ReservationService::GetReservation(
    const CallContext& call, const v1::GetReservationRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::CleaningReservation> {
    ASSIGN_OR_RETURN(const auto row, kReservations.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("reservation", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListReservationsResponse>> ReservationService::ListReservations(
    const CallContext& call, const v1::ListReservationsRequest& request) {
  using Status = v1::CleaningReservation;
  const PageRequest page = PageRequestOf(call, request, {Status::Status_Name(request.status())});
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListReservationsResponse> {
        const auto wanted = [&request](const disk::Reservation& row) {
          return request.status() == Status::STATUS_UNSPECIFIED ? IsActive(row)
                                                                : row.status() == request.status();
        };
        const rpc::Identity& actor = *call.identity;
        ASSIGN_OR_RETURN(auto found, actor.Is(options::v1::ROLE_ADMIN)
                                         ? ListPage(reader, kReservations, page, wanted)
                                         : ListPage(reader, kReservationsByCustomer, kReservations,
                                                    page, actor.subject));
        std::erase_if(found.rows, [&wanted](const auto& row) { return !wanted(row.value); });
        return ToListResponse(found, &v1::ListReservationsResponse::mutable_reservations, ToApi);
      });
}

}  // namespace maru::homecleaning::reservation
