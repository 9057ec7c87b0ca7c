// What a customer must not get away with.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/bad_calls.h"
#include "tests/workload/customer.h"

namespace maru::workload {

using async::Task;
using communication::Communication;

Task<> Customer::TryInvalid() {
  if (own().comments.empty()) co_return co_await Comment();
  const BadCall call =
      BadCallOfCustomer(Pick(BadCallsOfCustomers()), course_->id(), own().comments.front());
  co_await TryBadCall(call);
}

Task<> Customer::TryForeign() {
  if (OneIn(2)) {
    communication::DeleteCommunicationRequest request;
    request.set_id(foreign_id_);
    request.set_request_id(NewId());
    const auto refused = co_await Insist(kDeleteCommunication, request);
    ExpectRefusal("somebody else's comment", refused, kNotFound);
    co_return;
  }
  communication::ModifyCommentRequest request;
  request.mutable_communication()->set_id(foreign_id_);
  request.mutable_communication()->set_comment_text("남의 댓글을 고쳐요");
  request.mutable_update_mask()->add_paths("comment_text");
  request.set_request_id(NewId());
  const auto refused = co_await Insist(kModifyComment, request);
  ExpectRefusal("somebody else's text", refused, kNotFound);
}

Task<> Customer::TryReviewOfNothing() {
  review::WriteReviewRequest request;
  request.set_schedule_id("없는-코스");
  request.set_comment_text("없는 코스인데요");
  request.set_request_id(NewId());
  const auto refused = co_await Insist(kWriteReview, request);
  ExpectRefusal("a review of nothing", refused, kReviewClosed);
}

Task<> Customer::TryRepeat() {
  if (!last_.has_value()) co_return co_await Comment();
  const auto result = co_await Insist(kRegister, last_->first);
  // The first result comes back, whatever became of the row.
  const Verdict verdict = Judge("a repeat", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone &&
      result.reply.SerializeAsString() != last_->second.SerializeAsString()) {
    Note(absl::StrCat("a repeat of {", last_->second.ShortDebugString(), "} got {",
                      result.reply.ShortDebugString(), "}"));
  }
}

Task<> Customer::TryReuseOfRequestId() {
  if (!last_.has_value()) co_return co_await Comment();
  communication::RegisterRequest request = last_->first;
  request.set_schedule_id(absl::StrCat(request.schedule_id(), "x"));
  const auto refused = co_await Insist(kRegister, request);
  ExpectRefusal("other content under a used request_id", refused, kRequestIdReused);
}

Task<> Customer::TryForgedToken() {
  const auto forgery = static_cast<Forgery>(Pick(kForgeries));
  const Instant began = Now();
  CallOptions options;
  options.token = api().ForgedToken(forgery);
  Outcome refused;
  if (forgery == Forgery::kPersonAsService) {
    schedule::CheckReviewEligibilityRequest request;
    request.set_schedule_id(course_->id());
    request.set_customer_id(subject());
    refused = co_await Call(api(), kCheckReviewEligibility, request, options);
  } else {
    refused = co_await Call(api(), kRegister,
                            NewRegister(Communication::KIND_COMMENT, "남의 이름으로"), options);
  }
  if (!Answered("a forged token", refused, began)) co_return;
  if (refused.code != kUnauthenticated.code && refused.code != kRoleRequired.code) {
    Note(absl::StrCat("a forged token (", static_cast<int>(forgery), "): ", Describe(refused)));
  }
}

Task<> Customer::TryPageToken() {
  communication::ListCommunicationsRequest list;
  list.set_page_size(1);
  list.set_kind(Communication::KIND_COMMENT);
  const Instant began = Now();
  const auto page = co_await actor_.Call(kListCommunications, list);
  if (!Answered("ListCommunications", page, began) || page.reply.next_page_token().empty())
    co_return;
  std::string token = page.reply.next_page_token();
  Outcome refused;
  switch (Pick(3)) {
    case 0:  // of another filter
      list.set_kind(Communication::KIND_LIKE);
      list.set_page_token(token);
      refused = co_await actor_.Call(kListCommunications, list);
      break;
    case 1: {  // of another list
      review::ListReviewsRequest reviews;
      reviews.set_page_token(token);
      refused = co_await actor_.Call(kListReviews, reviews);
      break;
    }
    default: {  // damaged
      // Not the last letter: some of its bits may mean nothing.
      char& letter = token[Pick(token.size() - 1)];
      letter = letter == 'A' ? 'B' : 'A';
      list.set_page_token(token);
      refused = co_await actor_.Call(kListCommunications, list);
    }
  }
  if (!Answered("a wrong page token", refused, began)) co_return;
  if (refused.reason() != kInvalidPageToken.reason) {
    Note(absl::StrCat("a wrong page token: ", Describe(refused)));
  }
}

}  // namespace maru::workload
