// ReservationService: RequestCleaning is a saga; every other command is one transaction that loads,
// asks the domain and saves.
#ifndef MARU_SERVICES_HOMECLEANING_RESERVATION_SERVICE_H_
#define MARU_SERVICES_HOMECLEANING_RESERVATION_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/saga/sagas.h"
#include "common/store/store.h"
#include "maru/homecleaning/reservation/store/v1/reservation.pb.h"
#include "maru/homecleaning/reservation/v1/reservation.maru.h"
#include "maru/homecleaning/reservation/v1/reservation.pb.h"

namespace maru::homecleaning::reservation {

using RequestCleaningSaga = saga::Saga<store::v1::Reservation, v1::CleaningReservation>;

// Codes and reasons are in the contract.
class ReservationService final : public v1::ReservationServiceHandler {
 public:
  // Both outlive the service.
  ReservationService(maru::store::Store& store, RequestCleaningSaga& request_cleaning)
      : store_(store), request_cleaning_(request_cleaning) {}

  async::Task<absl::StatusOr<v1::CleaningReservation>> RequestCleaning(
      const rpc::CallContext& call, const v1::RequestCleaningRequest& request) override;
  async::Task<absl::StatusOr<v1::CleaningReservation>> CancelReservation(
      const rpc::CallContext& call, const v1::CancelReservationRequest& request) override;
  async::Task<absl::StatusOr<v1::CleaningReservation>> GetReservation(
      const rpc::CallContext& call, const v1::GetReservationRequest& request) override;
  async::Task<absl::StatusOr<v1::ListReservationsResponse>> ListReservations(
      const rpc::CallContext& call, const v1::ListReservationsRequest& request) override;

 private:
  maru::store::Store& store_;
  RequestCleaningSaga& request_cleaning_;
};

}  // namespace maru::homecleaning::reservation

#endif  // MARU_SERVICES_HOMECLEANING_RESERVATION_SERVICE_H_
