// The rules of deliveries (domain.md, section 5): a delivery decides every cancel. Pure: no I/O, no
// clock, no ids of its own.
#ifndef MARU_SERVICES_FASHION_DELIVERY_DOMAIN_H_
#define MARU_SERVICES_FASHION_DELIVERY_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/fashion/delivery/store/v1/delivery.pb.h"
#include "maru/fashion/delivery/v1/delivery.pb.h"
#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/fashion/store/v1/events.pb.h"

namespace maru::fashion::delivery {

namespace disk = store::v1;

// Under this name every rider finds the deliveries that are STARTED. Settled on disk.
inline constexpr char kOnTheWay[] = "on the way";

struct Started {
  disk::Delivery delivery;
  v1::DeliveryStarted event;
};

struct Completed {
  disk::Delivery delivery;
  // Absent when it had been completed before.
  std::optional<v1::DeliveryCompleted> event;
};

using Told = std::variant<std::monostate, v1::DeliveryCanceled, v1::DeliveryCancelRefused>;

// A delivery after a cancel, and what is told of it; std::monostate: nothing.
struct Decided {
  disk::Delivery delivery;
  Told event;
};

// The delivery of an order that its store accepted.
Started Start(const fashion::store::v1::StoreAccepted& accepted, absl::Time now, std::string id);

// NOT_FOUND/NOT_FOUND: no row. FAILED_PRECONDITION: ALREADY_COMPLETED by another rider,
// DELIVERY_CANCELED. Completed by this rider: the same row.
absl::StatusOr<Completed> Complete(const std::optional<disk::Delivery>& row, std::string_view id,
                                   std::string_view rider, absl::Time now);

// StoreCanceled. STARTED: CANCELED. COMPLETED: refused. CANCELED: nothing.
Decided Cancel(const disk::Delivery& row, absl::Time now);
// The cancel of an order whose delivery never begins.
v1::DeliveryCanceled CancelUnknown(const fashion::store::v1::StoreCanceled& canceled);

// --- Reads ---

// Its customer, its store's owner, its rider, admin; every rider while it is STARTED.
bool MaySee(const disk::Delivery& row, const rpc::Identity& reader);
// The delivery as somebody who may see it sees it.
v1::Delivery ToApi(const disk::Delivery& row);

}  // namespace maru::fashion::delivery

#endif  // MARU_SERVICES_FASHION_DELIVERY_DOMAIN_H_
