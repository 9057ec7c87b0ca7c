#include "tests/harness/customer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

namespace maru::harness {
namespace {

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

Customer::Customer(System& system, const std::string& subject, const std::vector<Course>& courses,
                   std::string foreign_id, uint64_t seed)
    : actor_(system, "customer", subject),
      courses_(courses),
      foreign_id_(std::move(foreign_id)),
      random_(seed) {}

void Customer::Step() {
  // Half of all goes to the first course: a hot key.
  course_ = &courses_[Pick(2) == 0 ? 0 : Pick(courses_.size())];
  const size_t dice = Pick(100);
  if (dice < 26) return Comment();
  if (dice < 34) return ModifyComment();
  if (dice < 42) return DeleteComment();
  if (dice < 54) return ToggleBookmark();
  if (dice < 68) return ToggleLike();
  if (dice < 74) return WriteReview();
  if (dice < 78) return ModifyReview();
  if (dice < 82) return DeleteReview();
  if (dice < 86) return LookAtPage();
  if (dice < 90) return TryInvalid();
  if (dice < 93) return TryForeign();
  if (dice < 97) return TryRepeat();
  TryReuseOfRequestId();
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

std::optional<Communication> Customer::Register(Communication::Kind kind, const std::string& text) {
  communication::RegisterRequest request;
  request.set_schedule_id(course_->id);
  request.set_kind(kind);
  request.set_comment_text(text);
  request.set_request_id(NewRequestId());
  auto result = actor_.Insist(kRegister, request);
  if (!Expect("Register", result, absl::StatusCode::kOk)) return std::nullopt;
  const Communication& row = result.reply;
  if (row.schedule_id() != course_->id || row.customer_id() != actor_.subject() ||
      row.kind() != kind || row.comment_text() != text || !row.active() || row.id().empty()) {
    Note(absl::StrCat("asked for {", request.ShortDebugString(), "}, got {", row.ShortDebugString(),
                      "}"));
  }
  ledger_.Registered(row);
  last_.emplace(request, row);
  return row;
}

std::optional<Communication> Customer::Delete(const std::string& id) {
  communication::DeleteCommunicationRequest request;
  request.set_id(id);
  request.set_request_id(NewRequestId());
  auto result = actor_.Insist(kDeleteCommunication, request);
  // One's own may be taken back whatever became of the course.
  if (!result.ok()) {
    Expect("DeleteCommunication", result, absl::StatusCode::kOk);
    if (course_->ends)
      Note(absl::StrCat("DeleteCommunication of a course that ended: ", Describe(result)));
    return std::nullopt;
  }
  ++acknowledged_;
  if (result.reply.active() || result.reply.id() != id)
    Note(absl::StrCat("deleted, got {", result.reply.ShortDebugString(), "}"));
  ledger_.Deleted(result.reply);
  return result.reply;
}

void Customer::Comment() {
  if (own().comments.size() >= kMostComments) return DeleteComment();
  const auto row = Register(Communication::KIND_COMMENT, Text());
  if (row.has_value()) own().comments.push_back(row->id());
}

void Customer::ModifyComment() {
  if (own().comments.empty()) return Comment();
  communication::ModifyCommentRequest request;
  request.mutable_communication()->set_id(own().comments[Pick(own().comments.size())]);
  request.mutable_communication()->set_comment_text(Text());
  request.mutable_update_mask()->add_paths("comment_text");
  request.set_request_id(NewRequestId());
  const auto result = actor_.Insist(kModifyComment, request);
  if (!Expect("ModifyComment", result, absl::StatusCode::kOk)) return;
  if (result.reply.comment_text() != request.communication().comment_text()) {
    Note(absl::StrCat("modified, got {", result.reply.ShortDebugString(), "}"));
  }
  ledger_.Modified(result.reply);
}

void Customer::DeleteComment() {
  if (own().comments.empty()) return Comment();
  const size_t which = Pick(own().comments.size());
  if (Delete(own().comments[which]).has_value()) {
    own().comments.erase(own().comments.begin() + static_cast<ptrdiff_t>(which));
  }
}

void Customer::ToggleBookmark() { Toggle(Communication::KIND_BOOKMARK, own().bookmark); }

void Customer::ToggleLike() { Toggle(Communication::KIND_LIKE, own().like); }

void Customer::Toggle(Communication::Kind kind, std::string& own_id) {
  if (own_id.empty()) {
    const auto row = Register(kind, "");
    if (row.has_value()) own_id = row->id();
  } else if (Pick(4) == 0) {
    communication::RegisterRequest request;
    request.set_schedule_id(course_->id);
    request.set_kind(kind);
    request.set_request_id(NewRequestId());
    Expect("a second one", actor_.Insist(kRegister, request), absl::StatusCode::kAlreadyExists,
           kAlreadyExists);
  } else if (Delete(own_id).has_value()) {
    own_id.clear();
  }
}

Result<review::Review> Customer::AskForReview(const review::WriteReviewRequest& request) {
  const absl::Time until = absl::Now() + kPatience;
  for (int tries = 1;; ++tries) {
    Result<review::Review> result = actor_.Call(kWriteReview, request);
    if (!IsOpen(result) || absl::Now() > until) return result;
    // While schedule cannot be asked, nothing is stored: safe to give up, unlike an unknown
    // outcome.
    if (result.reason() == kCalleeUnavailable && tries >= kReviewTries) return result;
    PauseBeforeRetry();
  }
}

void Customer::WriteReview() {
  review::WriteReviewRequest request;
  request.set_schedule_id(course_->id);
  request.set_comment_text(Text());
  if (Pick(3) != 0) request.set_rating(static_cast<int>(Pick(5)) + 1);
  request.set_request_id(NewRequestId());
  const auto result = AskForReview(request);
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

void Customer::ModifyReview() {
  if (own().review.empty()) return WriteReview();
  review::ModifyReviewRequest request;
  request.mutable_review()->set_id(own().review);
  request.mutable_review()->set_comment_text(Text());
  request.mutable_update_mask()->add_paths("comment_text");
  if (Pick(2) == 0) {
    request.mutable_review()->set_rating(static_cast<int>(Pick(5)) + 1);
    request.mutable_update_mask()->add_paths("rating");
  }
  request.set_request_id(NewRequestId());
  const auto result = actor_.Insist(kModifyReview, request);
  if (Expect("ModifyReview", result, absl::StatusCode::kOk)) ledger_.Modified(result.reply);
}

void Customer::DeleteReview() {
  if (own().review.empty()) return WriteReview();
  review::DeleteReviewRequest request;
  request.set_id(own().review);
  request.set_request_id(NewRequestId());
  const auto result = actor_.Insist(kDeleteReview, request);
  if (!Expect("DeleteReview", result, absl::StatusCode::kOk)) return;
  ledger_.DeletedReview(own().review);
  own().review.clear();
}

void Customer::LookAtPage() {
  const auto written = Register(Communication::KIND_COMMENT, Text());
  if (!written.has_value()) return;
  own().comments.push_back(written->id());
  viewpage::GetScheduleViewRequest request;
  request.set_schedule_id(course_->id);
  const auto page = actor_.Call(kGetScheduleView, request);
  // Without a position it may be behind, and the view may be down; but it never shows nonsense.
  if (page.ok() && (page.reply.comment_count() < 0 || page.reply.latest_reviews_size() > 3)) {
    Note(absl::StrCat("page: ", page.reply.ShortDebugString()));
  }
}

void Customer::TryInvalid() {
  communication::RegisterRequest request;
  request.set_schedule_id(course_->id);
  request.set_request_id(NewRequestId());
  if (Pick(2) == 0) {
    request.set_kind(Communication::KIND_COMMENT);  // without a text
  } else {
    request.set_kind(Communication::KIND_LIKE);
    request.set_comment_text("좋아요에는 글이 없어요");
  }
  const auto result = actor_.Insist(kRegister, request);
  if (Expect("a field that breaks its rule", result, absl::StatusCode::kInvalidArgument,
             "INVALID_FIELD") &&
      !result.Names("comment_text")) {
    Note(absl::StrCat("comment_text is not named: ", Describe(result)));
  }
}

void Customer::TryForeign() {
  communication::DeleteCommunicationRequest request;
  request.set_id(foreign_id_);
  request.set_request_id(NewRequestId());
  Expect("somebody else's comment", actor_.Insist(kDeleteCommunication, request),
         absl::StatusCode::kNotFound, "NOT_FOUND");
}

void Customer::TryRepeat() {
  if (!last_.has_value()) return Comment();
  const auto result = actor_.Insist(kRegister, last_->first);
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

void Customer::TryReuseOfRequestId() {
  if (!last_.has_value()) return Comment();
  communication::RegisterRequest request = last_->first;
  request.set_schedule_id(absl::StrCat(request.schedule_id(), "x"));
  Expect("other content under a used request_id", actor_.Insist(kRegister, request),
         absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED");
}

}  // namespace maru::harness
