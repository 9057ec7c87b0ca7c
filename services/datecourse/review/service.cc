#include "services/datecourse/review/service.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/datecourse/review/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/datecourse/review/domain.h"
#include "services/datecourse/review/tables.h"

namespace maru::datecourse::review {
namespace {

using async::Task;
using google::protobuf::Empty;
using maru::store::Page;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Table;
using maru::store::Txn;
using rpc::CallContext;
using schedule::v1::CheckReviewEligibilityRequest;
using schedule::v1::CheckReviewEligibilityResponse;

absl::StatusOr<State> Load(Reader& reader, std::string_view id) {
  State state;
  ASSIGN_OR_RETURN(state.live, kReviews.Get(reader, id));
  if (!state.live.has_value()) {
    ASSIGN_OR_RETURN(state.deleted, kDeletedReviews.Get(reader, id));
  }
  return state;
}

absl::StatusOr<Surroundings> Look(Reader& reader, std::string_view schedule_id,
                                  std::string_view customer) {
  Surroundings surroundings;
  ASSIGN_OR_RETURN(const auto deleted, kDeletedSchedules.Get(reader, schedule_id));
  surroundings.schedule_deleted = deleted.has_value();
  ASSIGN_OR_RETURN(const auto written, kWrittenReviews.Get(reader, schedule_id, customer));
  if (written.has_value()) surroundings.own_review_id = written->review_id();
  return surroundings;
}

absl::StatusOr<Page<Table<disk::Review, std::string>::Row>> Find(Reader& reader,
                                                                 const PageRequest& page,
                                                                 const std::string& schedule_id) {
  if (!schedule_id.empty()) {
    return ListPage(reader, kReviewsBySchedule, kReviews, page, schedule_id);
  }
  return ListPage(reader, kReviews, page, [](const disk::Review&) { return true; });
}

}  // namespace

Task<absl::StatusOr<v1::Review>> ReviewService::WriteReview(const CallContext& call,
                                                            const v1::WriteReviewRequest& request) {
  const std::string& customer = call.identity->subject;
  // What this context knows itself needs no call; the transaction below checks it again.
  CO_ASSIGN_OR_RETURN(const Surroundings before, co_await store_.Read([&](Reader& reader) {
    return Look(reader, request.schedule_id(), customer);
  }));
  CO_RETURN_IF_ERROR(CheckRoom(request.schedule_id(), before));

  CheckReviewEligibilityRequest question;
  question.set_schedule_id(request.schedule_id());
  question.set_customer_id(customer);
  CO_ASSIGN_OR_RETURN(const CheckReviewEligibilityResponse answer,
                      co_await schedules_.CheckReviewEligibility(call, question));

  co_return co_await store_.Transact(call, [&](Txn& txn) -> absl::StatusOr<v1::Review> {
    ASSIGN_OR_RETURN(const Surroundings now, Look(txn, request.schedule_id(), customer));
    ASSIGN_OR_RETURN(const Written result,
                     Write(request, now, answer, customer, txn.Now(), txn.NewId()));
    const disk::Review& review = result.review;
    kReviews.Put(txn, review.id(), review);
    kReviewsBySchedule.Put(txn, review.schedule_id(), review.id());
    disk::WrittenReview written;
    written.set_review_id(review.id());
    kWrittenReviews.Put(txn, review.schedule_id(), review.customer_id(), written);
    txn.Emit(result.event);
    return ToApi(review);
  });
}

Task<absl::StatusOr<v1::Review>> ReviewService::ModifyReview(
    const CallContext& call, const v1::ModifyReviewRequest& request) {
  return store_.Transact(call, {kReviews.KeyOf(request.review().id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Review> {
                           ASSIGN_OR_RETURN(const State state, Load(txn, request.review().id()));
                           ASSIGN_OR_RETURN(
                               const Modified result,
                               Modify(state, request, call.identity->subject, txn.Now()));
                           if (result.event.has_value()) {
                             kReviews.Put(txn, result.review.id(), result.review);
                             txn.Emit(*result.event);
                           }
                           return ToApi(result.review);
                         });
}

Task<absl::StatusOr<Empty>> ReviewService::DeleteReview(const CallContext& call,
                                                        const v1::DeleteReviewRequest& request) {
  return store_.Transact(
      call, {kReviews.KeyOf(request.id())}, [&call, &request](Txn& txn) -> absl::StatusOr<Empty> {
        const std::string& id = request.id();
        ASSIGN_OR_RETURN(const State state, Load(txn, id));
        ASSIGN_OR_RETURN(const Deleted result,
                         Delete(state, id, call.identity->subject, txn.Now()));
        if (result.event.has_value()) {
          const disk::Review& review = *state.live;
          kReviews.Delete(txn, id);
          kReviewsBySchedule.Delete(txn, review.schedule_id(), id);
          kWrittenReviews.Delete(txn, review.schedule_id(), review.customer_id());
          kDeletedReviews.Put(txn, id, result.review);
          txn.Emit(*result.event);
        }
        return Empty();
      });
}

Task<absl::StatusOr<v1::Review>> ReviewService::GetReview(const CallContext&,
                                                          const v1::GetReviewRequest& request) {
  return store_.Read([&request](Reader& reader) -> absl::StatusOr<v1::Review> {
    ASSIGN_OR_RETURN(const std::optional<disk::Review> review, kReviews.Get(reader, request.id()));
    if (!review.has_value()) return options::v1::errors::NotFound("review", request.id());
    return ToApi(*review);
  });
}

Task<absl::StatusOr<v1::ListReviewsResponse>> ReviewService::ListReviews(
    const CallContext& call, const v1::ListReviewsRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {request.schedule_id()});
  return store_.Read([page, &request](Reader& reader) -> absl::StatusOr<v1::ListReviewsResponse> {
    ASSIGN_OR_RETURN(const auto found, Find(reader, page, request.schedule_id()));
    return ToListResponse(found, &v1::ListReviewsResponse::mutable_reviews, ToApi);
  });
}

}  // namespace maru::datecourse::review
