#include "tests/workload/food/rider.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/lists.h"

namespace maru::workload::food {

using async::Task;
using delivery::Delivery;

namespace {

constexpr Refusal kAlreadyPickedUp{absl::StatusCode::kFailedPrecondition, "ALREADY_PICKED_UP"};
constexpr Refusal kNotPickedUp{absl::StatusCode::kFailedPrecondition, "NOT_PICKED_UP"};

}  // namespace

Task<> Rider::Step() {
  const Instant began = Now();
  const Statuses before = town_.statuses;
  const auto rows = co_await ReadAll(actor_, kListDeliveries, delivery::ListDeliveriesRequest(),
                                     &delivery::ListDeliveriesResponse::mutable_deliveries);
  if (!Listed("ListDeliveries", rows.status(), began)) co_return;
  std::vector<Delivery> open;
  for (const Delivery& row : *rows) {
    const int floor = before.Floor(kDelivery, row.id());
    const bool mine = row.status() == Delivery::STATUS_STARTED || row.rider_id() == subject();
    if (row.status() < floor || !mine) {
      Note(absl::StrCat("listed {", row.ShortDebugString(), "}, was ", floor, " before"));
    }
    town_.statuses.Saw(kDelivery, row.id(), row.status());
    if (row.status() != Delivery::STATUS_COMPLETED) open.push_back(row);
  }
  if (open.empty()) co_return;
  const Delivery row = open[Pick(open.size())];
  // Now and then in the wrong order.
  const bool complete = (row.status() == Delivery::STATUS_PICKED_UP) != OneIn(10);
  co_await (complete ? Complete(row) : PickUp(row));
}

Task<> Rider::PickUp(Delivery row) {
  delivery::PickUpRequest request;
  request.set_id(row.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kPickUp, request);
  const Verdict verdict = Judge("PickUp", result, /*may_succeed=*/true, {kAlreadyPickedUp});
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<delivery::DeliveryPickedUp>(row.order_id());
  if (verdict != Verdict::kDone) co_return;
  if (result.reply.rider_id() != subject()) {
    Note(absl::StrCat("picked up, got {", result.reply.ShortDebugString(), "}"));
  }
  town_.deeds.Once<delivery::DeliveryPickedUp>(row.order_id());
  town_.riders[row.order_id()] = subject();
}

Task<> Rider::Complete(Delivery row) {
  delivery::CompleteDeliveryRequest request;
  request.set_id(row.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kCompleteDelivery, request);
  const Verdict verdict =
      Judge("CompleteDelivery", result, /*may_succeed=*/true, {kAlreadyPickedUp, kNotPickedUp});
  if (verdict == Verdict::kUnknown)
    town_.deeds.Perhaps<delivery::DeliveryCompleted>(row.order_id());
  if (verdict == Verdict::kDone) town_.deeds.Once<delivery::DeliveryCompleted>(row.order_id());
}

}  // namespace maru::workload::food
