#include "tests/workload/fashion/stored.h"

#include "common/base/status.h"
#include "tests/workload/lists.h"

namespace maru::workload::fashion {

using async::Task;

Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const std::vector<Flow>& flows) {
  Stored stored;
  CO_ASSIGN_OR_RETURN(stored.products,
                      co_await ReadAll(admin, kListProducts, product::ListProductsRequest(),
                                       &product::ListProductsResponse::mutable_products));
  CO_ASSIGN_OR_RETURN(stored.orders, co_await ReadEach(admin, kListOrders,
                                                       &order::ListOrdersResponse::mutable_orders));
  CO_ASSIGN_OR_RETURN(stored.payments,
                      co_await ReadAll(admin, kListPayments, payment::ListPaymentsRequest(),
                                       &payment::ListPaymentsResponse::mutable_payments));
  CO_ASSIGN_OR_RETURN(stored.store_orders,
                      co_await ReadEach(admin, kListStoreOrders,
                                        &store::ListStoreOrdersResponse::mutable_store_orders));
  CO_ASSIGN_OR_RETURN(stored.deliveries,
                      co_await ReadEach(admin, kListDeliveries,
                                        &delivery::ListDeliveriesResponse::mutable_deliveries));
  CO_ASSIGN_OR_RETURN(
      stored.views,
      co_await ReadAll(admin, kListOrderStatuses, orderview::ListOrderStatusesRequest(),
                       &orderview::ListOrderStatusesResponse::mutable_order_statuses));
  CO_ASSIGN_OR_RETURN(stored.topics, co_await ReadLog(admin, flows));
  co_return stored;
}

}  // namespace maru::workload::fashion
