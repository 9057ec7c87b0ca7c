// LibraryService: Warehouse is a saga; Renew is one transaction that asks nobody.
#ifndef MARU_SERVICES_BOOKS_LIBRARY_SERVICE_H_
#define MARU_SERVICES_BOOKS_LIBRARY_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/saga/sagas.h"
#include "common/store/store.h"
#include "maru/books/library/store/v1/library.pb.h"
#include "maru/books/library/v1/library.maru.h"
#include "maru/books/library/v1/library.pb.h"

namespace maru::books::library {

using WarehouseSaga = saga::Saga<store::v1::Library, v1::Library>;

// Codes and reasons are in the contract.
class LibraryService final : public v1::LibraryServiceHandler {
 public:
  // Both outlive the service.
  LibraryService(maru::store::Store& store, WarehouseSaga& warehouse)
      : store_(store), warehouse_(warehouse) {}

  async::Task<absl::StatusOr<v1::Library>> Warehouse(const rpc::CallContext& call,
                                                     const v1::WarehouseRequest& request) override;
  async::Task<absl::StatusOr<v1::Library>> Renew(const rpc::CallContext& call,
                                                 const v1::RenewRequest& request) override;
  async::Task<absl::StatusOr<v1::Library>> GetLibrary(
      const rpc::CallContext& call, const v1::GetLibraryRequest& request) override;
  async::Task<absl::StatusOr<v1::ListLibrariesResponse>> ListLibraries(
      const rpc::CallContext& call, const v1::ListLibrariesRequest& request) override;

 private:
  maru::store::Store& store_;
  WarehouseSaga& warehouse_;
};

}  // namespace maru::books::library

#endif  // MARU_SERVICES_BOOKS_LIBRARY_SERVICE_H_
