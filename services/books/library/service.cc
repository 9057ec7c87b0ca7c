#include "services/books/library/service.h"

#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/books/library/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/books/library/domain.h"
#include "services/books/library/tables.h"

namespace maru::books::library {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

Task<absl::StatusOr<v1::Library>> LibraryService::Warehouse(const CallContext& call,
                                                            const v1::WarehouseRequest& request) {
  co_return co_await warehouse_.Run(call, [&](Txn& txn) -> absl::StatusOr<disk::Library> {
    disk::Library row = TakeIn(request, txn.Now(), txn.NewId());
    kLibrariesByBook.Put(txn, row.book_id(), row.id());
    return row;
  });
}

Task<absl::StatusOr<v1::Library>> LibraryService::Renew(const CallContext& call,
                                                        const v1::RenewRequest& request) {
  return store_.Transact(
      call, {kKnown.KeyOf(request.book_id())}, [&request](Txn& txn) -> absl::StatusOr<v1::Library> {
        ASSIGN_OR_RETURN(const auto known, kKnown.Get(txn, request.book_id()));
        ASSIGN_OR_RETURN(const Renewal renewal,
                         library::Renew(known, request, txn.Now(), txn.NewId()));
        kLibraries.Put(txn, renewal.row.id(), renewal.row);
        kLibrariesByBook.Put(txn, renewal.row.book_id(), renewal.row.id());
        kKnown.Put(txn, renewal.row.book_id(), Learn(known, renewal.row.version()));
        txn.Emit(renewal.event);
        return ToApi(renewal.row);
      });
}

Task<absl::StatusOr<v1::Library>> LibraryService::GetLibrary(const CallContext&,
                                                             const v1::GetLibraryRequest& request) {
  return store_.Read([&request](Reader& reader) -> absl::StatusOr<v1::Library> {
    ASSIGN_OR_RETURN(const auto row, kLibraries.Get(reader, request.id()));
    if (!row.has_value()) return options::v1::errors::NotFound("library", request.id());
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListLibrariesResponse>> LibraryService::ListLibraries(
    const CallContext& call, const v1::ListLibrariesRequest& request) {
  const PageRequest page =
      PageRequestOf(call, request, {request.book_id(), v1::Library::Status_Name(request.status())});
  return store_.Read([page, &request](Reader& reader) -> absl::StatusOr<v1::ListLibrariesResponse> {
    const auto wanted = [&request](const disk::Library& row) {
      return request.status() == v1::Library::STATUS_UNSPECIFIED ||
             request.status() == row.status();
    };
    ASSIGN_OR_RETURN(auto found,
                     request.book_id().empty()
                         ? ListPage(reader, kLibraries, page, wanted)
                         : ListPage(reader, kLibrariesByBook, kLibraries, page, request.book_id()));
    std::erase_if(found.rows, [&wanted](const auto& row) { return !wanted(row.value); });
    return ToListResponse(found, &v1::ListLibrariesResponse::mutable_libraries, ToApi);
  });
}

}  // namespace maru::books::library
