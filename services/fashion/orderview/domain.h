// How the row of an order grows out of events, in any interleaving of topics (domain.md, section 5
// and "Views never go back"). Pure: no I/O, no clock; time is the event's.
#ifndef MARU_SERVICES_FASHION_ORDERVIEW_DOMAIN_H_
#define MARU_SERVICES_FASHION_ORDERVIEW_DOMAIN_H_

#include <string>

#include "google/protobuf/timestamp.pb.h"
#include "maru/fashion/order/v1/events.pb.h"
#include "maru/fashion/orderview/store/v1/orderview.pb.h"
#include "maru/fashion/orderview/v1/orderview.pb.h"

namespace maru::fashion::orderview {

namespace disk = store::v1;

using Status = v1::OrderStatus::Status;
using DeliveryStatus = v1::OrderStatus::DeliveryStatus;
using Time = google::protobuf::Timestamp;

// OrderPlaced: from here on the row is shown, with the latest statuses that were heard of.
void Show(const order::v1::OrderPlaced& event, const Time& time, disk::Row& row);

// An event that says that the order came to `status`, at `time`, which is kept once; the row's
// status rises or stays. A row that is not shown waits.
void Hear(Status status, const Time& time, disk::Row& row);

// As Hear, of the order's delivery. `delivery_id` is empty for one that never began.
void HearDelivery(DeliveryStatus status, const std::string& delivery_id, disk::Row& row);

// Whether OrderPlaced has come: until then nobody sees the row.
bool IsShown(const disk::Row& row);
// The row as somebody who may read it sees it.
v1::OrderStatus ToApi(const disk::Row& row);

}  // namespace maru::fashion::orderview

#endif  // MARU_SERVICES_FASHION_ORDERVIEW_DOMAIN_H_
