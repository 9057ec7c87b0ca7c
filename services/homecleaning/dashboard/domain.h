// How the row of a reservation grows out of events, in any interleaving of topics (domain.md,
// section 2 and "Views never go back"). Pure: no I/O, no clock; time is the event's.
#ifndef MARU_SERVICES_HOMECLEANING_DASHBOARD_DOMAIN_H_
#define MARU_SERVICES_HOMECLEANING_DASHBOARD_DOMAIN_H_

#include "common/rpc/call_context.h"
#include "maru/event/v1/event.pb.h"
#include "maru/homecleaning/cleaning/v1/events.pb.h"
#include "maru/homecleaning/dashboard/store/v1/dashboard.pb.h"
#include "maru/homecleaning/dashboard/v1/dashboard.pb.h"
#include "maru/homecleaning/paymethod/v1/events.pb.h"
#include "maru/homecleaning/reservation/v1/events.pb.h"
#include "maru/payment/v1/events.pb.h"

namespace maru::homecleaning::dashboard {

namespace disk = store::v1;
using event::v1::Event;

// Which reservation an event is about.
template <class E>
const std::string& ReservationOf(const E& event) {
  if constexpr (requires { event.reservation_id(); }) {
    return event.reservation_id();
  } else {
    return event.reference_id();
  }
}

// What each event changes. A status only rises; how it is paid follows payment's highest sequence.
void Apply(const Event& envelope, const reservation::v1::CleaningRequested& event, disk::Row& row);
void Apply(const Event& envelope, const reservation::v1::CleaningRequestCanceled& event,
           disk::Row& row);
void Apply(const Event& envelope, const cleaning::v1::CleaningConfirmed& event, disk::Row& row);
void Apply(const Event& envelope, const paymethod::v1::PaymethodRegistered& event, disk::Row& row);
void Apply(const Event& envelope, const paymethod::v1::PaymethodChanged& event, disk::Row& row);
void Apply(const Event& envelope, const payment::v1::PaymentApproved& event, disk::Row& row);
void Apply(const Event& envelope, const payment::v1::PaymentCanceled& event, disk::Row& row);
void Apply(const Event& envelope, const payment::v1::PaymentKindChanged& event, disk::Row& row);
void Apply(const Event& envelope, const payment::v1::PaymentKindRefused& event, disk::Row& row);

// Whether CleaningRequested has come: until then nobody sees the row.
bool IsShown(const disk::Row& row);
// A row is its customer's and admin's.
bool MayRead(const disk::Row& row, const rpc::Identity& reader);
// The row as somebody who may read it sees it.
v1::ReservationView ToApi(const disk::Row& row);

}  // namespace maru::homecleaning::dashboard

#endif  // MARU_SERVICES_HOMECLEANING_DASHBOARD_DOMAIN_H_
