#include "tests/workload/food/owner.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "tests/workload/lists.h"

namespace maru::workload::food {

using async::Task;
using store::StoreOrder;

namespace {

constexpr Refusal kWrongStatus{absl::StatusCode::kFailedPrecondition, "WRONG_STATUS"};

}  // namespace

Task<> Owner::Step() {
  const Instant began = Now();
  const Statuses before = town_.statuses;
  const auto tickets = co_await ReadAll(actor_, kListStoreOrders, store::ListStoreOrdersRequest(),
                                        &store::ListStoreOrdersResponse::mutable_store_orders);
  if (!Listed("ListStoreOrders", tickets.status(), began) || tickets->empty()) co_return;
  for (const StoreOrder& ticket : *tickets) {
    const int floor = before.Floor(kStore, ticket.id());
    if (ticket.status() < floor || ticket.store_id() != store_id_) {
      Note(absl::StrCat("listed {", ticket.ShortDebugString(), "}, was ", floor, " before"));
    }
    town_.statuses.Saw(kStore, ticket.id(), ticket.status());
  }
  co_await WorkOn((*tickets)[Pick(tickets->size())]);
}

Task<> Owner::WorkOn(StoreOrder ticket) {
  // Now and then a step that cannot be made, or that somebody makes at the same time.
  switch (OneIn(10) ? static_cast<int>(1 + Pick(4)) : ticket.status()) {
    case StoreOrder::STATUS_PLACED:
      if (OneIn(4)) {
        return Do<store::StoreRejected>(kRejectOrder, ticket, StoreOrder::STATUS_REJECTED);
      }
      return Do<store::StoreAccepted>(kAcceptOrder, ticket, StoreOrder::STATUS_ACCEPTED);
    case StoreOrder::STATUS_ACCEPTED:
      return Do<store::CookStarted>(kStartCooking, ticket, StoreOrder::STATUS_COOKING);
    default:
      return Do<store::CookFinished>(kFinishCooking, ticket, StoreOrder::STATUS_COOKED);
  }
}

template <typename Event, typename Request>
Task<> Owner::Do(Method<Request, StoreOrder> method, StoreOrder ticket, StoreOrder::Status wanted) {
  Request request;
  request.set_id(ticket.id());
  request.set_request_id(NewId());
  const auto result = co_await Insist(method, request);
  const Verdict verdict = Judge(method.path, result, /*may_succeed=*/true, {kWrongStatus});
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<Event>(ticket.order_id());
  if (verdict != Verdict::kDone) co_return;
  if (result.reply.status() != wanted || result.reply.order_id() != ticket.order_id()) {
    Note(absl::StrCat(ToAbsl(method.path), " of ", ticket.id(), " got {",
                      result.reply.ShortDebugString(), "}"));
  }
  town_.deeds.Once<Event>(ticket.order_id());
}

}  // namespace maru::workload::food
