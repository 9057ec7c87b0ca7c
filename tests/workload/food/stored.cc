#include "tests/workload/food/stored.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "tests/workload/lists.h"
#include "tests/workload/problems.h"

namespace maru::workload::food {

using async::Task;
using dashboard::OrderView;

namespace {

// What has been shown comes at once; then the stream waits.
constexpr absl::Duration kWatch = absl::Milliseconds(500);

Task<absl::StatusOr<std::vector<OrderView::Status>>> WatchFrom(const Actor& admin,
                                                               std::string order_id,
                                                               std::string position) {
  dashboard::WatchOrderRequest request;
  request.set_order_id(order_id);
  request.set_after(position);
  const std::string question = request.SerializeAsString();
  CallOptions options;
  options.token = admin.token();
  options.timeout = kWatch;
  std::vector<std::string> replies;
  const Outcome outcome = co_await admin.api().CallStream(kWatchOrder.deployment, kWatchOrder.path,
                                                          question, options, &replies);
  // It never ends while there may be news.
  if (!outcome.ok() && outcome.code != absl::StatusCode::kDeadlineExceeded &&
      outcome.code != absl::StatusCode::kNotFound) {
    co_return ToStatus(outcome);
  }
  std::vector<OrderView::Status> told;
  for (const std::string& bytes : replies) {
    dashboard::WatchOrderResponse change;
    if (!change.ParseFromString(bytes)) {
      co_return absl::InternalError("a reply cannot be decoded");
    }
    told.push_back(change.status());
  }
  co_return told;
}

}  // namespace

Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const Town& town,
                                        const std::vector<Flow>& flows) {
  Stored stored;
  CO_ASSIGN_OR_RETURN(stored.orders, co_await ReadEach(admin, kListOrders,
                                                       &order::ListOrdersResponse::mutable_orders));
  CO_ASSIGN_OR_RETURN(stored.payments,
                      co_await ReadAll(admin, kListPayments, payment::ListPaymentsRequest(),
                                       &payment::ListPaymentsResponse::mutable_payments));
  CO_ASSIGN_OR_RETURN(stored.tickets,
                      co_await ReadEach(admin, kListStoreOrders,
                                        &store::ListStoreOrdersResponse::mutable_store_orders));
  CO_ASSIGN_OR_RETURN(stored.deliveries,
                      co_await ReadEach(admin, kListDeliveries,
                                        &delivery::ListDeliveriesResponse::mutable_deliveries));
  CO_ASSIGN_OR_RETURN(stored.views,
                      co_await ReadEach(admin, kListOrderViews,
                                        &dashboard::ListOrderViewsResponse::mutable_order_views));
  for (const auto& [id, watcher] : town.watchers) {
    CO_ASSIGN_OR_RETURN(stored.shown[id], co_await WatchFrom(admin, id, ""));
    CO_ASSIGN_OR_RETURN(stored.rest[id], co_await WatchFrom(admin, id, watcher.position));
  }
  CO_ASSIGN_OR_RETURN(stored.topics, co_await ReadLog(admin, flows));
  co_return stored;
}

Task<std::string> WaitingTickets(const Actor& admin) {
  store::ListStoreOrdersRequest request;
  request.set_status(store::StoreOrder::STATUS_PLACED);
  const auto placed = co_await ReadAll(admin, kListStoreOrders, request,
                                       &store::ListStoreOrdersResponse::mutable_store_orders);
  if (!placed.ok()) co_return placed.status().ToString();
  Problems problems;
  const absl::Time now = admin.api().executor().WallNow();
  for (const store::StoreOrder& row : *placed) {
    const absl::Time created = FromTimestamp(row.create_time());
    if (created <= now) problems.Add(absl::StrCat("is to time out: ", row.ShortDebugString()));
  }
  co_return problems.ToString();
}

}  // namespace maru::workload::food
