#include "services/homecleaning/dashboard/service.h"

#include "common/base/status.h"
#include "common/events/generations.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/homecleaning/dashboard/domain.h"
#include "services/homecleaning/dashboard/tables.h"

namespace maru::homecleaning::dashboard {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using rpc::CallContext;

Task<absl::StatusOr<v1::ReservationView>> DashboardService::GetReservationView(
    const CallContext& call, const v1::GetReservationViewRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::ReservationView> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    ASSIGN_OR_RETURN(const auto row, kShown.At(generation).Get(reader, request.reservation_id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("reservation", request.reservation_id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListReservationViewsResponse>> DashboardService::ListReservationViews(
    const CallContext& call, const v1::ListReservationViewsRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {});
  return store_.Read(
      [=, &call](Reader& reader) -> absl::StatusOr<v1::ListReservationViewsResponse> {
        ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
        const auto shown = kShown.At(generation);
        const rpc::Identity& actor = *call.identity;
        ASSIGN_OR_RETURN(
            const auto found,
            actor.Is(options::v1::ROLE_ADMIN)
                ? ListPage(reader, shown, page, [](const disk::Row&) { return true; })
                : ListPage(reader, kShownByCustomer.At(generation), shown, page, actor.subject));
        return ToListResponse(found, &v1::ListReservationViewsResponse::mutable_reservation_views,
                              ToApi);
      });
}

}  // namespace maru::homecleaning::dashboard
