#include "services/food/store/service.h"

#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "common/store/merged_page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/food/store/domain.h"
#include "services/food/store/tables.h"

namespace maru::food::store {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

// Whether a list shows the row, as far as the request's filters say.
bool Wanted(const v1::ListStoreOrdersRequest& request, const disk::Ticket& row) {
  const bool status = request.status() != v1::StoreOrder::STATUS_UNSPECIFIED
                          ? row.status() == request.status()
                          : !request.order_id().empty() || IsActive(row);
  return status && (request.store_id().empty() || row.store_id() == request.store_id());
}

// The ticket of one order, if the reader may see it.
absl::StatusOr<v1::ListStoreOrdersResponse> OfOrder(Reader& reader, const rpc::Identity& actor,
                                                    const v1::ListStoreOrdersRequest& request) {
  v1::ListStoreOrdersResponse response;
  ASSIGN_OR_RETURN(const auto reference, kReferences.Get(reader, request.order_id()));
  if (!reference.has_value()) return response;
  ASSIGN_OR_RETURN(const auto row, kTickets.Get(reader, reference->ticket_id()));
  if (row.has_value() && rpc::MayRead(*row, actor) && Wanted(request, *row)) {
    *response.add_store_orders() = ToApi(*row);
  }
  return response;
}

}  // namespace

Task<absl::StatusOr<v1::StoreOrder>> StoreService::Do(const CallContext& call,
                                                      const std::string& id, Rule rule) {
  return store_.Transact(call, {kTickets.KeyOf(id)},
                         [this, &call, &id, rule](Txn& txn) -> absl::StatusOr<v1::StoreOrder> {
                           ASSIGN_OR_RETURN(const auto row, kTickets.Get(txn, id));
                           ASSIGN_OR_RETURN(const Decided decided,
                                            rule(row, id, *call.identity, txn.Now()));
                           RETURN_IF_ERROR(tickets_.Save(txn, decided));
                           return ToApi(decided.ticket);
                         });
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::AcceptOrder(
    const CallContext& call, const v1::AcceptOrderRequest& request) {
  return Do(call, request.id(), Accept);
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::RejectOrder(
    const CallContext& call, const v1::RejectOrderRequest& request) {
  return Do(call, request.id(), Reject);
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::StartCooking(
    const CallContext& call, const v1::StartCookingRequest& request) {
  return Do(call, request.id(), food::store::StartCooking);
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::FinishCooking(
    const CallContext& call, const v1::FinishCookingRequest& request) {
  return Do(call, request.id(), food::store::FinishCooking);
}

Task<absl::StatusOr<v1::StoreOrder>> StoreService::GetStoreOrder(
    const CallContext& call, const v1::GetStoreOrderRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::StoreOrder> {
    ASSIGN_OR_RETURN(const auto row, kTickets.Get(reader, request.id()));
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
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListStoreOrdersResponse> {
        const rpc::Identity& actor = *call.identity;
        if (!request.order_id().empty()) return OfOrder(reader, actor, request);
        const auto wanted = [&request](const disk::Ticket& row) { return Wanted(request, row); };
        ASSIGN_OR_RETURN(const auto found,
                         actor.Is(options::v1::ROLE_ADMIN)
                             ? ListPage(reader, kTickets, page, wanted)
                             : ListMergedPage(reader, kTicketsByReader, kTickets, page,
                                              rpc::ReaderNamesOf(actor), wanted));
        return ToListResponse(found, &v1::ListStoreOrdersResponse::mutable_store_orders, ToApi);
      });
}

}  // namespace maru::food::store
