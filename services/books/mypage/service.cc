#include "services/books/mypage/service.h"

#include "common/base/status.h"
#include "common/events/generations.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/books/mypage/domain.h"
#include "services/books/mypage/tables.h"

namespace maru::books::mypage {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using rpc::CallContext;

Task<absl::StatusOr<v1::MyPageEntry>> MypageService::GetMyPageEntry(
    const CallContext& call, const v1::GetMyPageEntryRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::MyPageEntry> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    ASSIGN_OR_RETURN(const auto row, kShown.At(generation).Get(reader, request.reservation_id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("reservation", request.reservation_id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListMyPageEntriesResponse>> MypageService::ListMyPageEntries(
    const CallContext& call, const v1::ListMyPageEntriesRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {});
  return store_.Read([=, &call](Reader& reader) -> absl::StatusOr<v1::ListMyPageEntriesResponse> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    const auto shown = kShown.At(generation);
    const rpc::Identity& actor = *call.identity;
    ASSIGN_OR_RETURN(
        const auto found,
        SeesAll(actor)
            ? ListPage(reader, shown, page, [](const disk::Row&) { return true; })
            : ListPage(reader, kShownByCustomer.At(generation), shown, page, actor.subject));
    return ToListResponse(found, &v1::ListMyPageEntriesResponse::mutable_my_page_entries, ToApi);
  });
}

}  // namespace maru::books::mypage
