#include "tests/workload/fashion/rider.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/lists.h"

namespace maru::workload::fashion {

using async::Task;
using delivery::Delivery;

namespace {

constexpr Refusal kAlreadyCompleted{absl::StatusCode::kFailedPrecondition, "ALREADY_COMPLETED"};
constexpr Refusal kDeliveryCanceled{absl::StatusCode::kFailedPrecondition, "DELIVERY_CANCELED"};

}  // namespace

Task<> Rider::Step() {
  const Instant began = Now();
  const Statuses before = town_.statuses;
  const auto rows = co_await ReadAll(actor_, kListDeliveries, delivery::ListDeliveriesRequest(),
                                     &delivery::ListDeliveriesResponse::mutable_deliveries);
  if (!Listed("ListDeliveries", rows.status(), began)) co_return;
  for (const Delivery& row : *rows) {
    const int floor = before.Floor(kDelivery, row.id());
    const bool mine = row.status() == Delivery::STATUS_STARTED || row.rider_id() == subject();
    if (row.status() < floor || !mine) {
      Note(absl::StrCat("listed {", row.ShortDebugString(), "}, was ", floor, " before"));
    }
    town_.statuses.Saw(kDelivery, row.id(), row.status());
  }
  // Slowly, so that customers can still cancel.
  if (rows->empty() || OneIn(2)) co_return;
  co_await Complete((*rows)[Pick(rows->size())]);
}

Task<> Rider::Complete(Delivery row) {
  delivery::CompleteDeliveryRequest request;
  request.set_id(row.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kCompleteDelivery, request);
  const Verdict verdict = Judge("CompleteDelivery", result, /*may_succeed=*/true,
                                {kAlreadyCompleted, kDeliveryCanceled});
  const std::string& id = row.order_id();
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<delivery::DeliveryCompleted>(id);
  if (verdict != Verdict::kDone) co_return;
  town_.deeds.Once<delivery::DeliveryCompleted>(id);
  town_.riders[id] = subject();
}

}  // namespace maru::workload::fashion
