// AdminService: the list of books, from the view only.
#ifndef MARU_SERVICES_BOOKS_ADMIN_SERVICE_H_
#define MARU_SERVICES_BOOKS_ADMIN_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/books/admin/v1/admin.maru.h"
#include "maru/books/admin/v1/admin.pb.h"

namespace maru::books::admin {

// Codes and reasons are in the contract.
class AdminService final : public v1::AdminServiceHandler {
 public:
  // `store` outlives the service.
  explicit AdminService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::BookView>> GetBookView(
      const rpc::CallContext& call, const v1::GetBookViewRequest& request) override;
  async::Task<absl::StatusOr<v1::ListBookViewsResponse>> ListBookViews(
      const rpc::CallContext& call, const v1::ListBookViewsRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::books::admin

#endif  // MARU_SERVICES_BOOKS_ADMIN_SERVICE_H_
