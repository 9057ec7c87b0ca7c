// MypageService: a customer's reservations, from the view only.
#ifndef MARU_SERVICES_BOOKS_MYPAGE_SERVICE_H_
#define MARU_SERVICES_BOOKS_MYPAGE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/books/mypage/v1/mypage.maru.h"
#include "maru/books/mypage/v1/mypage.pb.h"

namespace maru::books::mypage {

// Codes and reasons are in the contract.
class MypageService final : public v1::MypageServiceHandler {
 public:
  // `store` outlives the service.
  explicit MypageService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::MyPageEntry>> GetMyPageEntry(
      const rpc::CallContext& call, const v1::GetMyPageEntryRequest& request) override;
  async::Task<absl::StatusOr<v1::ListMyPageEntriesResponse>> ListMyPageEntries(
      const rpc::CallContext& call, const v1::ListMyPageEntriesRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::books::mypage

#endif  // MARU_SERVICES_BOOKS_MYPAGE_SERVICE_H_
