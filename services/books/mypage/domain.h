// How the row of a reservation grows out of events, in any interleaving of topics (domain.md,
// section 3 and "Views never go back"). Pure: no I/O, no clock; time is the event's.
#ifndef MARU_SERVICES_BOOKS_MYPAGE_DOMAIN_H_
#define MARU_SERVICES_BOOKS_MYPAGE_DOMAIN_H_

#include "common/rpc/call_context.h"
#include "maru/books/book/v1/events.pb.h"
#include "maru/books/delivery/v1/events.pb.h"
#include "maru/books/mypage/store/v1/mypage.pb.h"
#include "maru/books/mypage/v1/mypage.pb.h"
#include "maru/books/reservation/v1/events.pb.h"
#include "maru/event/v1/event.pb.h"

namespace maru::books::mypage {

namespace disk = store::v1;
using event::v1::Event;

// What each event changes. A status only rises.
void Apply(const Event& envelope, const reservation::v1::Reserved& event, disk::Row& row);
void Apply(const Event& envelope, const reservation::v1::ReservationCanceled& event,
           disk::Row& row);
void Apply(const Event& envelope, const delivery::v1::DeliveryRequested& event, disk::Row& row);
void Apply(const Event& envelope, const delivery::v1::BookDelivered& event, disk::Row& row);
void Apply(const Event& envelope, const delivery::v1::DeliveryCanceled& event, disk::Row& row);
void Apply(const Event& envelope, const book::v1::OutOfStock& event, disk::Row& row);

// Whether Reserved has come: until then nobody sees the row.
bool IsShown(const disk::Row& row);
// Librarians and admin see all rows, customers their own.
bool SeesAll(const rpc::Identity& reader);
bool MayRead(const disk::Row& row, const rpc::Identity& reader);
// The row as somebody who may read it sees it.
v1::MyPageEntry ToApi(const disk::Row& row);

}  // namespace maru::books::mypage

#endif  // MARU_SERVICES_BOOKS_MYPAGE_DOMAIN_H_
