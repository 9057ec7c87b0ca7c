#include "services/books/admin/service.h"

#include "common/base/status.h"
#include "common/events/generations.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/books/admin/domain.h"
#include "services/books/admin/tables.h"

namespace maru::books::admin {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using rpc::CallContext;

Task<absl::StatusOr<v1::BookView>> AdminService::GetBookView(
    const CallContext&, const v1::GetBookViewRequest& request) {
  return store_.Read([&request](Reader& reader) -> absl::StatusOr<v1::BookView> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    ASSIGN_OR_RETURN(const auto row, kBooks.At(generation).Get(reader, request.book_id()));
    if (!row.has_value()) return options::v1::errors::NotFound("book", request.book_id());
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListBookViewsResponse>> AdminService::ListBookViews(
    const CallContext& call, const v1::ListBookViewsRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {});
  return store_.Read([page](Reader& reader) -> absl::StatusOr<v1::ListBookViewsResponse> {
    ASSIGN_OR_RETURN(const events::Generation generation, events::LiveGeneration(reader));
    ASSIGN_OR_RETURN(const auto found,
                     ListPage(reader, kBooksByAge.At(generation), kBooks.At(generation), page));
    return ToListResponse(found, &v1::ListBookViewsResponse::mutable_book_views, ToApi);
  });
}

}  // namespace maru::books::admin
