#include "tests/workload/homecleaning/stored.h"

#include "common/base/status.h"
#include "tests/workload/lists.h"

namespace maru::workload::homecleaning {

using async::Task;

Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const std::vector<Flow>& flows) {
  Stored stored;
  CO_ASSIGN_OR_RETURN(
      stored.reservations,
      co_await ReadEach(admin, kListReservations,
                        &reservation::ListReservationsResponse::mutable_reservations));
  CO_ASSIGN_OR_RETURN(stored.payments,
                      co_await ReadAll(admin, kListPayments, payment::ListPaymentsRequest(),
                                       &payment::ListPaymentsResponse::mutable_payments));
  CO_ASSIGN_OR_RETURN(stored.cleanings,
                      co_await ReadEach(admin, kListCleanings,
                                        &cleaning::ListCleaningsResponse::mutable_cleanings));
  CO_ASSIGN_OR_RETURN(stored.paymethods,
                      co_await ReadAll(admin, kListPaymethods, paymethod::ListPaymethodsRequest(),
                                       &paymethod::ListPaymethodsResponse::mutable_paymethods));
  CO_ASSIGN_OR_RETURN(stored.messages,
                      co_await ReadAll(admin, kListMessages, message::ListMessagesRequest(),
                                       &message::ListMessagesResponse::mutable_messages));
  CO_ASSIGN_OR_RETURN(
      stored.views,
      co_await ReadAll(admin, kListReservationViews, dashboard::ListReservationViewsRequest(),
                       &dashboard::ListReservationViewsResponse::mutable_reservation_views));
  CO_ASSIGN_OR_RETURN(stored.topics, co_await ReadLog(admin, flows));
  co_return stored;
}

}  // namespace maru::workload::homecleaning
