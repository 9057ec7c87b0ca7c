#include "services/books/delivery/service.h"

#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/books/delivery/domain.h"
#include "services/books/delivery/tables.h"

namespace maru::books::delivery {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using rpc::CallContext;

bool IsWanted(const disk::Delivery& row, const v1::ListDeliveriesRequest& request) {
  return request.status() == v1::Delivery::STATUS_UNSPECIFIED || request.status() == row.status();
}

// The delivery of one reservation, if the reader may see it.
absl::StatusOr<v1::ListDeliveriesResponse> OfReservation(Reader& reader, const rpc::Identity& actor,
                                                         const v1::ListDeliveriesRequest& request) {
  v1::ListDeliveriesResponse response;
  ASSIGN_OR_RETURN(const auto reference, kReferences.Get(reader, request.reservation_id()));
  if (!reference.has_value()) return response;
  ASSIGN_OR_RETURN(const auto row, kDeliveries.Get(reader, reference->delivery_id()));
  if (row.has_value() && MayRead(*row, actor) && IsWanted(*row, request)) {
    *response.add_deliveries() = ToApi(*row);
  }
  return response;
}

}  // namespace

Task<absl::StatusOr<v1::Delivery>> DeliveryService::GetDelivery(
    const CallContext& call, const v1::GetDeliveryRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Delivery> {
    ASSIGN_OR_RETURN(const auto row, kDeliveries.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("delivery", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListDeliveriesResponse>> DeliveryService::ListDeliveries(
    const CallContext& call, const v1::ListDeliveriesRequest& request) {
  const PageRequest page = PageRequestOf(
      call, request, {v1::Delivery::Status_Name(request.status()), request.reservation_id()});
  return store_.Read([=, &call,
                      &request](Reader& reader) -> absl::StatusOr<v1::ListDeliveriesResponse> {
    const rpc::Identity& actor = *call.identity;
    if (!request.reservation_id().empty()) return OfReservation(reader, actor, request);
    const auto wanted = [&request](const disk::Delivery& row) { return IsWanted(row, request); };
    ASSIGN_OR_RETURN(auto found, SeesAll(actor) ? ListPage(reader, kDeliveries, page, wanted)
                                                : ListPage(reader, kDeliveriesByCustomer,
                                                           kDeliveries, page, actor.subject));
    std::erase_if(found.rows, [&wanted](const auto& row) { return !wanted(row.value); });
    return ToListResponse(found, &v1::ListDeliveriesResponse::mutable_deliveries, ToApi);
  });
}

}  // namespace maru::books::delivery
