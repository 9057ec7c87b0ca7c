#include "services/fashion/orderview/service.h"

#include "common/base/status.h"
#include "common/events/generations.h"
#include "common/rpc/readers.h"
#include "common/store/merged_page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/fashion/orderview/domain.h"
#include "services/fashion/orderview/tables.h"

namespace maru::fashion::orderview {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using rpc::CallContext;

Task<absl::StatusOr<v1::OrderStatus>> OrderviewService::GetOrderStatus(
    const CallContext& call, const v1::GetOrderStatusRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::OrderStatus> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    ASSIGN_OR_RETURN(const auto row, kShown.At(generation).Get(reader, request.order_id()));
    if (!row.has_value() || !rpc::MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("order status", request.order_id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListOrderStatusesResponse>> OrderviewService::ListOrderStatuses(
    const CallContext& call, const v1::ListOrderStatusesRequest& request) {
  const PageRequest page = PageRequestOf(
      call, request, {v1::OrderStatus::Status_Name(request.order_status()), request.store_id()});
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListOrderStatusesResponse> {
        ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
        const auto shown = kShown.At(generation);
        const auto wanted = [&request](const disk::Row& row) {
          return (request.order_status() == v1::OrderStatus::STATUS_UNSPECIFIED ||
                  request.order_status() == row.order_status()) &&
                 (request.store_id().empty() || request.store_id() == row.store_id());
        };
        const rpc::Identity& actor = *call.identity;
        ASSIGN_OR_RETURN(const auto found,
                         actor.Is(options::v1::ROLE_ADMIN)
                             ? ListPage(reader, shown, page, wanted)
                             : ListMergedPage(reader, kShownByReader.At(generation), shown, page,
                                              rpc::ReaderNamesOf(actor), wanted));
        return ToListResponse(found, &v1::ListOrderStatusesResponse::mutable_order_statuses, ToApi);
      });
}

}  // namespace maru::fashion::orderview
