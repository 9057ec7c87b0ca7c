#include "services/fashion/store/service.h"

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "common/store/merged_page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/fashion/store/store_orders.h"
#include "services/fashion/store/tables.h"

namespace maru::fashion::store {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

// Whether a list shows the row, as far as the request's filters say.
bool Wanted(const v1::ListStoreOrdersRequest& request, const disk::StoreOrder& row) {
  const bool status = request.status() != v1::StoreOrder::STATUS_UNSPECIFIED
                          ? row.status() == request.status()
                          : !request.order_id().empty() || IsActive(row);
  return status && (request.store_id().empty() || row.store_id() == request.store_id());
}

// The store order of one order, if the reader may see it.
absl::StatusOr<v1::ListStoreOrdersResponse> OfOrder(Reader& reader, const rpc::Identity& actor,
                                                    const v1::ListStoreOrdersRequest& request) {
  v1::ListStoreOrdersResponse response;
  ASSIGN_OR_RETURN(const auto reference, kReferences.Get(reader, request.order_id()));
  if (!reference.has_value()) return response;
  ASSIGN_OR_RETURN(const auto row, kStoreOrders.Get(reader, reference->store_order_id()));
  if (row.has_value() && rpc::MayRead(*row, actor) && Wanted(request, *row)) {
    *response.add_store_orders() = ToApi(*row);
  }
  return response;
}

}  // namespace

Task<absl::StatusOr<v1::StoreOrder>> StoreService::Do(const CallContext& call,
                                                      const std::string& id, Rule rule) {
  return store_.Transact(call, {kStoreOrders.KeyOf(id)},
                         [&call, &id, rule](Txn& txn) -> absl::StatusOr<v1::StoreOrder> {
                           ASSIGN_OR_RETURN(const auto row, kStoreOrders.Get(txn, id));
                           ASSIGN_OR_RETURN(const Decided decided,
                                            rule(row, id, *call.identity, txn.Now()));
                           Save(txn, decided);
                           return ToApi(decided.store_order);
                         });
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::AcceptOrder(
    const CallContext& call, const v1::AcceptOrderRequest& request) {
  return Do(call, request.id(), Accept);
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::ConfirmCancel(
    const CallContext& call, const v1::ConfirmCancelRequest& request) {
  return Do(call, request.id(), fashion::store::ConfirmCancel);
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::GetStoreOrder(
    const CallContext& call, const v1::GetStoreOrderRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::StoreOrder> {
    ASSIGN_OR_RETURN(const auto row, kStoreOrders.Get(reader, request.id()));
    if (!row.has_value() || !rpc::MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("store order", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListStoreOrdersResponse>> StoreService::ListStoreOrders(
    const CallContext& call, const v1::ListStoreOrdersRequest& request) {
  const PageRequest page = PageRequestOf(
      call, request,
      {v1::StoreOrder::Status_Name(request.status()), request.store_id(), request.order_id()});
  return store_.Read([=, &call,
                      &request](Reader& reader) -> absl::StatusOr<v1::ListStoreOrdersResponse> {
    const rpc::Identity& actor = *call.identity;
    if (!request.order_id().empty()) return OfOrder(reader, actor, request);
    const auto wanted = [&request](const disk::StoreOrder& row) { return Wanted(request, row); };
    const auto show = [](const disk::StoreOrder& row) { return ToApi(row); };
    ASSIGN_OR_RETURN(const auto found,
                     actor.Is(options::v1::ROLE_ADMIN)
                         ? ListPage(reader, kStoreOrders, page, wanted)
                         : ListMergedPage(reader, kStoreOrdersByReader, kStoreOrders, page,
                                          rpc::ReaderNamesOf(actor), wanted));
    return ToListResponse(found, &v1::ListStoreOrdersResponse::mutable_store_orders, show);
  });
}

Task<absl::StatusOr<v1::Store>> StoreService::SetAutoAccept(
    const CallContext& call, const v1::SetAutoAcceptRequest& request) {
  return store_.Transact(call, [&call, &request](Txn& txn) -> absl::StatusOr<v1::Store> {
    ASSIGN_OR_RETURN(const disk::Store row, fashion::store::SetAutoAccept(request, *call.identity));
    kStores.Put(txn, row.store_id(), row);
    return ToApi(row.store_id(), row);
  });
}

Task<absl::StatusOr<v1::Store>> StoreService::GetStore(const CallContext& call,
                                                       const v1::GetStoreRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Store> {
    const rpc::Identity& actor = *call.identity;
    if (!actor.Is(options::v1::ROLE_ADMIN) && !actor.OwnsStore(request.store_id())) {
      return options::v1::errors::NotFound("store", request.store_id());
    }
    ASSIGN_OR_RETURN(const auto row, kStores.Get(reader, request.store_id()));
    return ToApi(request.store_id(), row);
  });
}

}  // namespace maru::fashion::store
