// How the row of an order grows out of events, in any interleaving of topics (domain.md, section 4
// and "Views never go back"), and what a watcher is told of it. Pure: no I/O, no clock; time is the
// event's.
#ifndef MARU_SERVICES_FOOD_DASHBOARD_DOMAIN_H_
#define MARU_SERVICES_FOOD_DASHBOARD_DOMAIN_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/timestamp.pb.h"
#include "maru/food/dashboard/store/v1/dashboard.pb.h"
#include "maru/food/dashboard/v1/dashboard.pb.h"
#include "maru/food/order/v1/events.pb.h"

namespace maru::food::dashboard {

namespace disk = store::v1;

using Status = v1::OrderView::Status;
using Time = google::protobuf::Timestamp;

// OrderPlaced: from here on the row is shown, with the latest status that was heard of.
void Show(const order::v1::OrderPlaced& event, const Time& time, disk::Row& row);

// An event that says that the order came to `status`. Its time is kept once; the row's status rises
// or stays; a row that is not shown waits.
void Hear(Status status, const Time& time, disk::Row& row);

// Whether OrderPlaced has come: until then nobody sees the row.
bool IsShown(const disk::Row& row);
// Where a shown row stands.
Status StatusOf(const disk::Row& row);
// The row as somebody who may read it sees it.
v1::OrderView ToApi(const disk::Row& row);

// --- Watching ---

// What a watcher who was told of `last` is told next: each later status that was shown, in order.
std::vector<v1::WatchOrderResponse> NewsAfter(Status last, const disk::Row& row);
// Nothing comes behind it.
bool IsLast(Status status);

// The opaque position of a watcher who was told of `status`; and back: STATUS_UNSPECIFIED for an
// empty one. INVALID_ARGUMENT/INVALID_POSITION: damaged, or of another order.
std::string EncodeWatchPosition(std::string_view order_id, Status status);
absl::StatusOr<Status> DecodeWatchPosition(const std::string& position, std::string_view order_id);

}  // namespace maru::food::dashboard

#endif  // MARU_SERVICES_FOOD_DASHBOARD_DOMAIN_H_
