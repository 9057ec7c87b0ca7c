#include "tests/workload/customer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

namespace maru::workload {
namespace {

using async::Task;
using communication::Communication;
using google::protobuf::util::MessageDifferencer;

// On one course; older ones are taken back first.
constexpr size_t kMostComments = 20;
// A review that schedule could not be asked about is given up after so many tries: surely nothing
// was stored.
constexpr int kReviewTries = 3;
constexpr char kAlreadyExists[] = "ALREADY_EXISTS";
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr char kReviewClosed[] = "REVIEW_CLOSED";
constexpr char kCalleeUnavailable[] = "CALLEE_UNAVAILABLE";

const char* const kTexts[] = {"여기 정말 좋아요!", "주차는 어디에 하나요?", "노을이 최고였어요 🌇",
                              "Lovely walk",       "비 오는 날은 별로예요", "다음에 또 올게요"};

}  // namespace

Customer::Customer(Api& api, const std::string& subject, const std::vector<Course>& courses,
                   std::string foreign_id)
    : actor_(api, "customer", subject), courses_(courses), foreign_id_(std::move(foreign_id)) {}

Task<> Customer::Step() {
  // Half of all goes to the first course: a hot key.
  course_ = &courses_[Pick(2) == 0 ? 0 : Pick(courses_.size())];
  const size_t dice = Pick(100);
  if (dice < 26) co_return co_await Comment();
  if (dice < 34) co_return co_await ModifyComment();
  if (dice < 42) co_return co_await DeleteComment();
  if (dice < 54) co_return co_await ToggleBookmark();
  if (dice < 68) co_return co_await ToggleLike();
  if (dice < 74) co_return co_await WriteReview();
  if (dice < 78) co_return co_await ModifyReview();
  if (dice < 82) co_return co_await DeleteReview();
  if (dice < 86) co_return co_await LookAtPage();
  if (dice < 90) co_return co_await TryInvalid();
  if (dice < 93) co_return co_await TryForeign();
  if (dice < 97) co_return co_await TryRepeat();
  co_await TryReuseOfRequestId();
}

std::string Customer::Text() {
  return absl::StrCat(kTexts[Pick(std::size(kTexts))], " #", ++texts_);
}

void Customer::Note(const std::string& problem) {
  problems_.push_back(absl::StrCat(actor_.subject(), ": ", problem));
}

bool Customer::Expect(const char* what, const Outcome& outcome, absl::StatusCode code,
                      const std::string& reason) {
  if (IsOpen(outcome)) {
    Note(absl::StrCat(what, " was never answered: ", Describe(outcome)));
    return false;
  }
  ++acknowledged_;
  // A course that ends may be gone already.
  if (course_->ends && outcome.code == absl::StatusCode::kNotFound) return false;
  if (outcome.code == code && outcome.reason() == reason) return true;
  Note(absl::StrCat(what, ": wanted ", absl::StatusCodeToString(code), "/", reason, ", got ",
                    Describe(outcome)));
  return false;
}

Task<std::optional<Communication>> Customer::Register(Communication::Kind kind, std::string text) {
  communication::RegisterRequest request;
  request.set_schedule_id(course_->id);
  request.set_kind(kind);
  request.set_comment_text(text);
  request.set_request_id(NewId());
  auto result = co_await actor_.Insist(kRegister, request, kPatience);
  if (!Expect("Register", result, absl::StatusCode::kOk)) co_return std::nullopt;
  const Communication& row = result.reply;
  if (row.schedule_id() != course_->id || row.customer_id() != actor_.subject() ||
      row.kind() != kind || row.comment_text() != text || !row.active() || row.id().empty()) {
    Note(absl::StrCat("asked for {", request.ShortDebugString(), "}, got {", row.ShortDebugString(),
                      "}"));
  }
  ledger_.Registered(row);
  last_.emplace(request, row);
  co_return row;
}

Task<std::optional<Communication>> Customer::Delete(std::string id) {
  communication::DeleteCommunicationRequest request;
  request.set_id(id);
  request.set_request_id(NewId());
  auto result = co_await actor_.Insist(kDeleteCommunication, request, kPatience);
  // One's own may be taken back whatever became of the course.
  if (!result.ok()) {
    Expect("DeleteCommunication", result, absl::StatusCode::kOk);
    if (course_->ends)
      Note(absl::StrCat("DeleteCommunication of a course that ended: ", Describe(result)));
    co_return std::nullopt;
  }
  ++acknowledged_;
  if (result.reply.active() || result.reply.id() != id)
    Note(absl::StrCat("deleted, got {", result.reply.ShortDebugString(), "}"));
  ledger_.Deleted(result.reply);
  co_return result.reply;
}

Task<> Customer::Comment() {
  if (own().comments.size() >= kMostComments) co_return co_await DeleteComment();
  const auto row = co_await Register(Communication::KIND_COMMENT, Text());
  if (row.has_value()) own().comments.push_back(row->id());
}

Task<> Customer::ModifyComment() {
  if (own().comments.empty()) co_return co_await Comment();
  communication::ModifyCommentRequest request;
  request.mutable_communication()->set_id(own().comments[Pick(own().comments.size())]);
  request.mutable_communication()->set_comment_text(Text());
  request.mutable_update_mask()->add_paths("comment_text");
  request.set_request_id(NewId());
  const auto result = co_await actor_.Insist(kModifyComment, request, kPatience);
  if (!Expect("ModifyComment", result, absl::StatusCode::kOk)) co_return;
  if (result.reply.comment_text() != request.communication().comment_text()) {
    Note(absl::StrCat("modified, got {", result.reply.ShortDebugString(), "}"));
  }
  ledger_.Modified(result.reply);
}

Task<> Customer::DeleteComment() {
  if (own().comments.empty()) co_return co_await Comment();
  const size_t which = Pick(own().comments.size());
  if ((co_await Delete(own().comments[which])).has_value()) {
    own().comments.erase(own().comments.begin() + static_cast<ptrdiff_t>(which));
  }
}

Task<> Customer::ToggleBookmark() { return Toggle(Communication::KIND_BOOKMARK, own().bookmark); }

Task<> Customer::ToggleLike() { return Toggle(Communication::KIND_LIKE, own().like); }

Task<> Customer::Toggle(Communication::Kind kind, std::string& own_id) {
  if (own_id.empty()) {
    const auto row = co_await Register(kind, "");
    if (row.has_value()) own_id = row->id();
  } else if (Pick(4) == 0) {
    communication::RegisterRequest request;
    request.set_schedule_id(course_->id);
    request.set_kind(kind);
    request.set_request_id(NewId());
    Expect("a second one", co_await actor_.Insist(kRegister, request, kPatience),
           absl::StatusCode::kAlreadyExists, kAlreadyExists);
  } else if ((co_await Delete(own_id)).has_value()) {
    own_id.clear();
  }
}

Task<Result<review::Review>> Customer::AskForReview(const review::WriteReviewRequest& request) {
  const async::Executor& executor = actor_.api().executor();
  const Instant until = executor.Now() + kPatience;
  for (int tries = 1;; ++tries) {
    Result<review::Review> result = co_await actor_.Call(kWriteReview, request);
    if (!IsOpen(result) || executor.Now() > until) co_return result;
    // While schedule cannot be asked, nothing is stored: safe to give up, unlike an unknown
    // outcome.
    if (result.reason() == kCalleeUnavailable && tries >= kReviewTries) co_return result;
    co_await actor_.api().executor().Sleep(kRetryPause);
  }
}

Task<> Customer::WriteReview() {
  review::WriteReviewRequest request;
  request.set_schedule_id(course_->id);
  request.set_comment_text(Text());
  if (Pick(3) != 0) request.set_rating(static_cast<int>(Pick(5)) + 1);
  request.set_request_id(NewId());
  const auto result = co_await AskForReview(request);
  if (result.reason() == kCalleeUnavailable) {
    if (!result.retry_delay.has_value()) Note(absl::StrCat("no RetryInfo: ", Describe(result)));
  } else if (course_->ends && result.reason() == kReviewClosed) {
    ++acknowledged_;
  } else if (!own().review.empty()) {
    Expect("a second review", result, absl::StatusCode::kAlreadyExists, kAlreadyExists);
  } else if (!course_->review_open) {
    Expect("a review of a closed course", result, absl::StatusCode::kFailedPrecondition,
           kReviewClosed);
  } else if (Expect("WriteReview", result, absl::StatusCode::kOk)) {
    if (result.reply.comment_text() != request.comment_text() ||
        result.reply.rating() != request.rating()) {
      Note(absl::StrCat("reviewed, got {", result.reply.ShortDebugString(), "}"));
    }
    ledger_.Written(result.reply, course_->uploader_id);
    own().review = result.reply.id();
    ++acknowledged_reviews_;
  }
}

Task<> Customer::ModifyReview() {
  if (own().review.empty()) co_return co_await WriteReview();
  review::ModifyReviewRequest request;
  request.mutable_review()->set_id(own().review);
  request.mutable_review()->set_comment_text(Text());
  request.mutable_update_mask()->add_paths("comment_text");
  if (Pick(2) == 0) {
    request.mutable_review()->set_rating(static_cast<int>(Pick(5)) + 1);
    request.mutable_update_mask()->add_paths("rating");
  }
  request.set_request_id(NewId());
  const auto result = co_await actor_.Insist(kModifyReview, request, kPatience);
  if (Expect("ModifyReview", result, absl::StatusCode::kOk)) ledger_.Modified(result.reply);
}

Task<> Customer::DeleteReview() {
  if (own().review.empty()) co_return co_await WriteReview();
  review::DeleteReviewRequest request;
  request.set_id(own().review);
  request.set_request_id(NewId());
  const auto result = co_await actor_.Insist(kDeleteReview, request, kPatience);
  if (!Expect("DeleteReview", result, absl::StatusCode::kOk)) co_return;
  ledger_.DeletedReview(own().review);
  own().review.clear();
}

Task<> Customer::LookAtPage() {
  const auto written = co_await Register(Communication::KIND_COMMENT, Text());
  if (!written.has_value()) co_return;
  own().comments.push_back(written->id());
  viewpage::GetScheduleViewRequest request;
  request.set_schedule_id(course_->id);
  const auto page = co_await actor_.Call(kGetScheduleView, request);
  // Without a position it may be behind, and the view may be down; but it never shows nonsense.
  if (page.ok() && (page.reply.comment_count() < 0 || page.reply.latest_reviews_size() > 3)) {
    Note(absl::StrCat("page: ", page.reply.ShortDebugString()));
  }
}

Task<> Customer::TryInvalid() {
  communication::RegisterRequest request;
  request.set_schedule_id(course_->id);
  request.set_request_id(NewId());
  if (Pick(2) == 0) {
    request.set_kind(Communication::KIND_COMMENT);  // without a text
  } else {
    request.set_kind(Communication::KIND_LIKE);
    request.set_comment_text("좋아요에는 글이 없어요");
  }
  const auto result = co_await actor_.Insist(kRegister, request, kPatience);
  if (Expect("a field that breaks its rule", result, absl::StatusCode::kInvalidArgument,
             "INVALID_FIELD") &&
      !result.Names("comment_text")) {
    Note(absl::StrCat("comment_text is not named: ", Describe(result)));
  }
}

Task<> Customer::TryForeign() {
  communication::DeleteCommunicationRequest request;
  request.set_id(foreign_id_);
  request.set_request_id(NewId());
  Expect("somebody else's comment",
         co_await actor_.Insist(kDeleteCommunication, request, kPatience),
         absl::StatusCode::kNotFound, "NOT_FOUND");
}

Task<> Customer::TryRepeat() {
  if (!last_.has_value()) co_return co_await Comment();
  const auto result = co_await actor_.Insist(kRegister, last_->first, kPatience);
  // The first result comes back, whatever became of the row.
  if (result.ok())
    ++acknowledged_;
  else
    Expect("a repeat", result, absl::StatusCode::kOk);
  if (result.ok() && !MessageDifferencer::Equals(result.reply, last_->second)) {
    Note(absl::StrCat("a repeat of {", last_->second.ShortDebugString(), "} got {",
                      result.reply.ShortDebugString(), "}"));
  }
}

Task<> Customer::TryReuseOfRequestId() {
  if (!last_.has_value()) co_return co_await Comment();
  communication::RegisterRequest request = last_->first;
  request.set_schedule_id(absl::StrCat(request.schedule_id(), "x"));
  Expect("other content under a used request_id",
         co_await actor_.Insist(kRegister, request, kPatience), absl::StatusCode::kInvalidArgument,
         "REQUEST_ID_REUSED");
}

}  // namespace maru::workload
