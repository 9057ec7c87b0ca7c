#include "services/datecourse/viewpage/service.h"

#include <optional>

#include "common/base/status.h"
#include "common/events/generations.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/datecourse/viewpage/domain.h"
#include "services/datecourse/viewpage/tables.h"

namespace maru::datecourse::viewpage {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using rpc::CallContext;

}  // namespace

Task<absl::StatusOr<v1::ScheduleView>> ViewpageService::GetScheduleView(
    const CallContext&, const v1::GetScheduleViewRequest& request) {
  return store_.Read([&request](Reader& reader) -> absl::StatusOr<v1::ScheduleView> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    ASSIGN_OR_RETURN(const std::optional<disk::Page> page,
                     kShownPages.At(generation).Get(reader, request.schedule_id()));
    if (!page.has_value()) {
      return options::v1::errors::NotFound("schedule view", request.schedule_id());
    }
    return ToApi(*page);
  });
}

Task<absl::StatusOr<v1::ListScheduleViewsResponse>> ViewpageService::ListScheduleViews(
    const CallContext& call, const v1::ListScheduleViewsRequest& request) {
  return store_.Read([&call,
                      &request](Reader& reader) -> absl::StatusOr<v1::ListScheduleViewsResponse> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    const PageRequest wanted = PageRequestOf(call, request, {});
    const auto every = [](const disk::Page&) { return true; };
    ASSIGN_OR_RETURN(const auto page, ListPage(reader, kShownPages.At(generation), wanted, every));
    return ToListResponse(page, &v1::ListScheduleViewsResponse::mutable_schedule_views, ToApi);
  });
}

}  // namespace maru::datecourse::viewpage
