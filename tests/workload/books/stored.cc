#include "tests/workload/books/stored.h"

#include "common/base/status.h"
#include "tests/workload/lists.h"

namespace maru::workload::books {

using async::Task;

Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const std::vector<Flow>& flows) {
  Stored stored;
  CO_ASSIGN_OR_RETURN(stored.libraries,
                      co_await ReadAll(admin, kListLibraries, library::ListLibrariesRequest(),
                                       &library::ListLibrariesResponse::mutable_libraries));
  CO_ASSIGN_OR_RETURN(stored.books, co_await ReadAll(admin, kListBooks, book::ListBooksRequest(),
                                                     &book::ListBooksResponse::mutable_books));
  CO_ASSIGN_OR_RETURN(stored.list,
                      co_await ReadAll(admin, kListBookViews, list::ListBookViewsRequest(),
                                       &list::ListBookViewsResponse::mutable_book_views));
  CO_ASSIGN_OR_RETURN(
      stored.reservations,
      co_await ReadEach(admin, kListReservations,
                        &reservation::ListReservationsResponse::mutable_reservations));
  CO_ASSIGN_OR_RETURN(stored.deliveries,
                      co_await ReadEach(admin, kListDeliveries,
                                        &delivery::ListDeliveriesResponse::mutable_deliveries));
  CO_ASSIGN_OR_RETURN(
      stored.pages, co_await ReadAll(admin, kListMyPageEntries, mypage::ListMyPageEntriesRequest(),
                                     &mypage::ListMyPageEntriesResponse::mutable_my_page_entries));
  CO_ASSIGN_OR_RETURN(stored.topics, co_await ReadLog(admin, flows));
  co_return stored;
}

}  // namespace maru::workload::books
