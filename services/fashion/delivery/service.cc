#include "services/fashion/delivery/service.h"

#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "common/store/merged_page.h"
#include "maru/fashion/delivery/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/fashion/delivery/domain.h"
#include "services/fashion/delivery/tables.h"

namespace maru::fashion::delivery {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

// Whether a list shows the row, as far as the request's filters say.
bool Wanted(const v1::ListDeliveriesRequest& request, const disk::Delivery& row) {
  return (request.status() == v1::Delivery::STATUS_UNSPECIFIED ||
          request.status() == row.status()) &&
         (request.store_id().empty() || request.store_id() == row.store_id());
}

// The delivery of one order, if the reader may see it.
absl::StatusOr<v1::ListDeliveriesResponse> OfOrder(Reader& reader, const rpc::Identity& actor,
                                                   const v1::ListDeliveriesRequest& request) {
  v1::ListDeliveriesResponse response;
  ASSIGN_OR_RETURN(const auto reference, kReferences.Get(reader, request.order_id()));
  if (!reference.has_value()) return response;
  ASSIGN_OR_RETURN(const auto row, kDeliveries.Get(reader, reference->delivery_id()));
  if (row.has_value() && MaySee(*row, actor) && Wanted(request, *row)) {
    *response.add_deliveries() = ToApi(*row);
  }
  return response;
}

std::vector<std::string> NamesOf(const rpc::Identity& actor) {
  std::vector<std::string> names = rpc::ReaderNamesOf(actor);
  if (actor.Is(options::v1::ROLE_RIDER)) names.push_back(kOnTheWay);
  return names;
}

}  // namespace

Task<absl::StatusOr<v1::Delivery>> DeliveryService::CompleteDelivery(
    const CallContext& call, const v1::CompleteDeliveryRequest& request) {
  return store_.Transact(
      call, {kDeliveries.KeyOf(request.id())},
      [&call, &request](Txn& txn) -> absl::StatusOr<v1::Delivery> {
        ASSIGN_OR_RETURN(const auto row, kDeliveries.Get(txn, request.id()));
        ASSIGN_OR_RETURN(const Completed completed,
                         Complete(row, request.id(), call.identity->subject, txn.Now()));
        if (completed.event.has_value()) {
          const std::string reader = rpc::PersonReader(completed.delivery.rider_id());
          kDeliveries.Put(txn, request.id(), completed.delivery);
          kDeliveriesByReader.Delete(txn, kOnTheWay, request.id());
          kDeliveriesByReader.Put(txn, reader, request.id());
          txn.Emit(*completed.event);
        }
        return ToApi(completed.delivery);
      });
}

Task<absl::StatusOr<v1::Delivery>> DeliveryService::GetDelivery(
    const CallContext& call, const v1::GetDeliveryRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Delivery> {
    ASSIGN_OR_RETURN(const auto row, kDeliveries.Get(reader, request.id()));
    if (!row.has_value() || !MaySee(*row, *call.identity)) {
      return options::v1::errors::NotFound("delivery", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListDeliveriesResponse>> DeliveryService::ListDeliveries(
    const CallContext& call, const v1::ListDeliveriesRequest& request) {
  const PageRequest page = PageRequestOf(
      call, request,
      {v1::Delivery::Status_Name(request.status()), request.store_id(), request.order_id()});
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListDeliveriesResponse> {
        const rpc::Identity& actor = *call.identity;
        if (!request.order_id().empty()) return OfOrder(reader, actor, request);
        const auto wanted = [&request](const disk::Delivery& row) { return Wanted(request, row); };
        ASSIGN_OR_RETURN(const auto found,
                         actor.Is(options::v1::ROLE_ADMIN)
                             ? ListPage(reader, kDeliveries, page, wanted)
                             : ListMergedPage(reader, kDeliveriesByReader, kDeliveries, page,
                                              NamesOf(actor), wanted));
        return ToListResponse(found, &v1::ListDeliveriesResponse::mutable_deliveries, ToApi);
      });
}

}  // namespace maru::fashion::delivery
