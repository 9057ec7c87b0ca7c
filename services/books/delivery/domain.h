// The rules of deliveries (domain.md, section 3). Pure: no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_BOOKS_DELIVERY_DOMAIN_H_
#define MARU_SERVICES_BOOKS_DELIVERY_DOMAIN_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/books/delivery/store/v1/delivery.pb.h"
#include "maru/books/delivery/v1/delivery.pb.h"
#include "maru/books/delivery/v1/events.pb.h"
#include "maru/books/reservation/v1/events.pb.h"

namespace maru::books::delivery {

namespace disk = store::v1;

// The delivery of a reservation.
disk::Delivery Request(const reservation::v1::Reserved& event, absl::Time now, std::string id);
// What is told of it.
v1::DeliveryRequested RequestedOf(const disk::Delivery& row);
v1::BookDelivered DeliveredOf(const disk::Delivery& row);
v1::DeliveryCanceled CanceledOf(const disk::Delivery& row);

// --- What events do. nullopt: nothing changes. ---

// BookIssued: REQUESTED → DELIVERED. Of a canceled one nothing: book takes the copy back when it
// hears of the cancel.
std::optional<disk::Delivery> Deliver(const disk::Delivery& row, absl::Time now);
// OutOfStock: REQUESTED → FAILED.
std::optional<disk::Delivery> Fail(const disk::Delivery& row, absl::Time now);
// ReservationCanceled: REQUESTED, DELIVERED → CANCELED.
std::optional<disk::Delivery> Cancel(const disk::Delivery& row, absl::Time now);

// --- Reads ---

// Librarians and admin see all deliveries, customers their own.
bool SeesAll(const rpc::Identity& reader);
bool MayRead(const disk::Delivery& row, const rpc::Identity& reader);
// The delivery as somebody who may read it sees it.
v1::Delivery ToApi(const disk::Delivery& row);

}  // namespace maru::books::delivery

#endif  // MARU_SERVICES_BOOKS_DELIVERY_DOMAIN_H_
