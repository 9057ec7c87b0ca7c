// The rules of deliveries (domain.md, section 4). Pure: no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_FOOD_DELIVERY_DOMAIN_H_
#define MARU_SERVICES_FOOD_DELIVERY_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/food/delivery/store/v1/delivery.pb.h"
#include "maru/food/delivery/v1/delivery.pb.h"
#include "maru/food/delivery/v1/events.pb.h"
#include "maru/food/store/v1/events.pb.h"

namespace maru::food::delivery {

namespace disk = store::v1;

// Under this name every rider finds the deliveries that nobody has picked up. Settled on disk.
inline constexpr char kUntaken[] = "untaken";

struct Started {
  disk::Delivery delivery;
  v1::DeliveryStarted event;
};

struct PickedUp {
  disk::Delivery delivery;
  // Absent when the rider had it before.
  std::optional<v1::DeliveryPickedUp> event;
};

struct Completed {
  disk::Delivery delivery;
  // Absent when it had been completed before.
  std::optional<v1::DeliveryCompleted> event;
};

// The delivery of an order that is cooked; without a rider yet.
Started Start(const food::store::v1::CookFinished& cooked, absl::Time now, std::string id);

// NOT_FOUND/NOT_FOUND: no row. FAILED_PRECONDITION/ALREADY_PICKED_UP: another rider has it. Picked
// up by this one: the same row.
absl::StatusOr<PickedUp> PickUp(const std::optional<disk::Delivery>& row, std::string_view id,
                                std::string_view rider, absl::Time now);

// As PickUp; FAILED_PRECONDITION/NOT_PICKED_UP: nobody has it. Completed by this rider: the same
// row.
absl::StatusOr<Completed> Complete(const std::optional<disk::Delivery>& row, std::string_view id,
                                   std::string_view rider, absl::Time now);

// --- Reads ---

// Its customer, its store's owner, its rider, admin; every rider while nobody has picked it up.
bool MaySee(const disk::Delivery& row, const rpc::Identity& reader);
// The delivery as somebody who may see it sees it.
v1::Delivery ToApi(const disk::Delivery& row);

}  // namespace maru::food::delivery

#endif  // MARU_SERVICES_FOOD_DELIVERY_DOMAIN_H_
