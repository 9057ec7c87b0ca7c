// ReservationService: every command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_BOOKS_RESERVATION_SERVICE_H_
#define MARU_SERVICES_BOOKS_RESERVATION_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/books/reservation/v1/reservation.maru.h"
#include "maru/books/reservation/v1/reservation.pb.h"

namespace maru::books::reservation {

// Codes and reasons are in the contract.
class ReservationService final : public v1::ReservationServiceHandler {
 public:
  // `store` outlives the service.
  explicit ReservationService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Reservation>> Reserve(const rpc::CallContext& call,
                                                       const v1::ReserveRequest& request) override;
  async::Task<absl::StatusOr<v1::Reservation>> CancelReservation(
      const rpc::CallContext& call, const v1::CancelReservationRequest& request) override;
  async::Task<absl::StatusOr<v1::Reservation>> GetReservation(
      const rpc::CallContext& call, const v1::GetReservationRequest& request) override;
  async::Task<absl::StatusOr<v1::ListReservationsResponse>> ListReservations(
      const rpc::CallContext& call, const v1::ListReservationsRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::books::reservation

#endif  // MARU_SERVICES_BOOKS_RESERVATION_SERVICE_H_
