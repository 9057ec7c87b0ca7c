#include "services/fashion/order/service.h"

#include <string>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "common/store/merged_page.h"
#include "maru/fashion/order/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/fashion/order/domain.h"
#include "services/fashion/order/tables.h"

namespace maru::fashion::order {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

}  // namespace

Task<absl::StatusOr<v1::Order>> OrderService::PlaceOrder(const CallContext& call,
                                                         const v1::PlaceOrderRequest& request) {
  co_return co_await place_order_.Run(call, [&](Txn& txn) -> absl::StatusOr<disk::Order> {
    disk::Order row = Place(request, call.identity->subject, txn.Now(), txn.NewId());
    kOrdersByReader.Put(txn, rpc::PersonReader(row.customer_id()), row.id());
    return row;
  });
}

Task<absl::StatusOr<v1::Order>> OrderService::CancelOrder(const CallContext& call,
                                                          const v1::CancelOrderRequest& request) {
  const std::string& customer = call.identity->subject;
  // A PENDING one is REJECTED behind this; any other is left to the rules.
  CO_RETURN_IF_ERROR(co_await place_order_.Cancel(
      call, request.id(),
      [&customer](const disk::Order& row) { return CheckOwner(row, customer); }));
  co_return co_await store_.Transact(call, [&](Txn& txn) -> absl::StatusOr<v1::Order> {
    ASSIGN_OR_RETURN(const auto row, kOrders.Get(txn, request.id()));
    ASSIGN_OR_RETURN(const CancelAsked asked, AskToCancel(row, request.id(), customer, txn.Now()));
    if (asked.event.has_value()) {
      kOrders.Put(txn, asked.order.id(), asked.order);
      txn.Emit(*asked.event);
    }
    return ToApi(asked.order);
  });
}

Task<absl::StatusOr<v1::Order>> OrderService::GetOrder(const CallContext& call,
                                                       const v1::GetOrderRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Order> {
    ASSIGN_OR_RETURN(const auto row, kOrders.Get(reader, request.id()));
    if (!row.has_value() || !rpc::MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("order", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListOrdersResponse>> OrderService::ListOrders(
    const CallContext& call, const v1::ListOrdersRequest& request) {
  const PageRequest page =
      PageRequestOf(call, request, {v1::Order::Status_Name(request.status()), request.store_id()});
  return store_.Read([=, &call,
                      &request](Reader& reader) -> absl::StatusOr<v1::ListOrdersResponse> {
    const auto wanted = [&request](const disk::Order& row) {
      const bool status = request.status() == v1::Order::STATUS_UNSPECIFIED
                              ? IsActive(row)
                              : row.status() == request.status();
      return status && (request.store_id().empty() || row.store_id() == request.store_id());
    };
    const rpc::Identity& actor = *call.identity;
    ASSIGN_OR_RETURN(const auto found, actor.Is(options::v1::ROLE_ADMIN)
                                           ? ListPage(reader, kOrders, page, wanted)
                                           : ListMergedPage(reader, kOrdersByReader, kOrders, page,
                                                            rpc::ReaderNamesOf(actor), wanted));
    return ToListResponse(found, &v1::ListOrdersResponse::mutable_orders, ToApi);
  });
}

}  // namespace maru::fashion::order
