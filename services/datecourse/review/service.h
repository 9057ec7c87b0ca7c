// ReviewService: WriteReview asks schedule and then writes; every other command is one transaction
// that loads, asks the domain and saves.
#ifndef MARU_SERVICES_DATECOURSE_REVIEW_SERVICE_H_
#define MARU_SERVICES_DATECOURSE_REVIEW_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "google/protobuf/empty.pb.h"
#include "maru/datecourse/review/v1/review.maru.h"
#include "maru/datecourse/review/v1/review.pb.h"
#include "maru/datecourse/schedule/v1/schedule.maru.h"

namespace maru::datecourse::review {

// Codes and reasons are in the contract.
class ReviewService final : public v1::ReviewServiceHandler {
 public:
  // Both outlive the service; `schedule` calls the context schedule.
  ReviewService(maru::store::Store& store, rpc::Caller& schedule)
      : store_(store), schedules_(schedule) {}

  async::Task<absl::StatusOr<v1::Review>> WriteReview(
      const rpc::CallContext& call, const v1::WriteReviewRequest& request) override;
  async::Task<absl::StatusOr<v1::Review>> ModifyReview(
      const rpc::CallContext& call, const v1::ModifyReviewRequest& request) override;
  async::Task<absl::StatusOr<google::protobuf::Empty>> DeleteReview(
      const rpc::CallContext& call, const v1::DeleteReviewRequest& request) override;
  async::Task<absl::StatusOr<v1::Review>> GetReview(const rpc::CallContext& call,
                                                    const v1::GetReviewRequest& request) override;
  async::Task<absl::StatusOr<v1::ListReviewsResponse>> ListReviews(
      const rpc::CallContext& call, const v1::ListReviewsRequest& request) override;

 private:
  maru::store::Store& store_;
  schedule::v1::ScheduleServiceClient schedules_;
};

}  // namespace maru::datecourse::review

#endif  // MARU_SERVICES_DATECOURSE_REVIEW_SERVICE_H_
