#include "tests/workload/customer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace maru::workload {

using async::Task;
using communication::Communication;

namespace {

// On one course; older ones are taken back first.
constexpr size_t kMostComments = 20;

const char* const kTexts[] = {"여기 정말 좋아요!", "주차는 어디에 하나요?", "노을이 최고였어요 🌇",
                              "Lovely walk",       "비 오는 날은 별로예요", "다음에 또 올게요"};

}  // namespace

Customer::Customer(Api& api, const std::string& subject, const Courses& courses,
                   std::string foreign_id, PersonOptions options)
    : Member(api, "customer", subject, options),
      courses_(courses),
      reviewer_(OneIn(2)),
      foreign_id_(std::move(foreign_id)) {}

Task<> Customer::Step() {
  const std::vector<Courses::Ref> courses = courses_.For(subject());
  // A third of all goes to the first course: a hot key.
  course_ = courses[OneIn(3) ? 0 : Pick(courses.size())];
  struct Choice {
    size_t weight;
    Task<> (Customer::*step)();
  };
  static constexpr Choice kChoices[] = {
      {20, &Customer::Comment},
      {8, &Customer::ModifyComment},
      {8, &Customer::DeleteComment},
      {6, &Customer::WriteReview},
      {4, &Customer::ModifyReview},
      {4, &Customer::DeleteReview},
      {3, &Customer::RaceForOne},
      {2, &Customer::RaceOfRepeats},
      {2, &Customer::RaceOfDeletes},
      {2, &Customer::RaceOfTexts},
      {8, &Customer::LookAtPage},
      {3, &Customer::LookAtSchedule},
      {8, &Customer::LookAtPages},
      {3, &Customer::LookAtOwn},
      {2, &Customer::ListOwn},
      {3, &Customer::ReadMessages},
      {5, &Customer::TryInvalid},
      {2, &Customer::TryForeign},
      {3, &Customer::TryRepeat},
      {2, &Customer::TryReuseOfRequestId},
      {1, &Customer::TryForgedToken},
      {2, &Customer::TryPageToken},
      {2, &Customer::TryReviewOfNothing},
      {4, &Customer::WriteAndLook},
  };
  constexpr size_t kToggles = 20;
  static constexpr size_t kSum = [] {
    size_t sum = kToggles;
    for (const Choice& choice : kChoices) sum += choice.weight;
    return sum;
  }();
  if (reviewer_ && OneIn(2)) {
    if (OneIn(2)) co_return co_await TryReviewOfNothing();
    co_return co_await (own().review.id.empty() ? WriteReview() : DeleteReview());
  }
  size_t dice = Pick(kSum);
  for (const Choice& choice : kChoices) {
    if (dice < choice.weight) co_return co_await (this->*choice.step)();
    dice -= choice.weight;
  }
  co_await Toggle(dice % 2 == 0 ? Communication::KIND_BOOKMARK : Communication::KIND_LIKE);
}

std::string Customer::Text() {
  return absl::StrCat(kTexts[Pick(std::size(kTexts))], " #", subject(), "-", ++texts_);
}

Customer::Slot& Customer::SlotOf(Kind kind) {
  return kind == Communication::KIND_BOOKMARK ? own().bookmark : own().like;
}

std::vector<Refusal> Customer::Ended(Instant began) const {
  if (course_->MayBeDeleted(began, Now())) return {kNotFound};
  return {};
}

communication::RegisterRequest Customer::NewRegister(Kind kind, std::string text) {
  communication::RegisterRequest request;
  request.set_schedule_id(course_->id());
  request.set_kind(kind);
  request.set_comment_text(std::move(text));
  request.set_request_id(NewId());
  return request;
}

void Customer::CheckRegistered(const communication::RegisterRequest& request,
                               const Communication& row) {
  if (row.schedule_id() == request.schedule_id() && row.customer_id() == subject() &&
      row.kind() == request.kind() && row.comment_text() == request.comment_text() &&
      row.active() && !row.id().empty()) {
    return;
  }
  Note(absl::StrCat("asked for {", request.ShortDebugString(), "}, got {", row.ShortDebugString(),
                    "}"));
}

void Customer::Take(const Communication& row) {
  ledger_.Registered(row);
  Counts counts = own().mirror.now();
  if (row.kind() == Communication::KIND_COMMENT) {
    own().comments.push_back(row.id());
    ++counts.comments;
  } else {
    SlotOf(row.kind()).id = row.id();
    ++(row.kind() == Communication::KIND_BOOKMARK ? counts.bookmarks : counts.likes);
  }
  own().mirror.Now(counts);
}

void Customer::TakePerhaps(const communication::RegisterRequest& request) {
  Communication perhaps;
  perhaps.set_schedule_id(request.schedule_id());
  perhaps.set_customer_id(subject());
  perhaps.set_kind(request.kind());
  perhaps.set_comment_text(request.comment_text());
  perhaps.set_active(true);
  ledger_.PerhapsRegistered(perhaps);
  own().mirror.Lose();
  if (request.kind() != Communication::KIND_COMMENT) SlotOf(request.kind()).unsure = true;
}

void Customer::TakeDeleted(const Communication& row) {
  ledger_.Deleted(row);
  Counts counts = own().mirror.now();
  --(row.kind() == Communication::KIND_COMMENT    ? counts.comments
     : row.kind() == Communication::KIND_BOOKMARK ? counts.bookmarks
                                                  : counts.likes);
  own().mirror.Now(counts);
}

void Customer::TakePerhapsDeleted(const std::string& id) {
  Communication perhaps = ledger_.communications().rows[id];
  perhaps.set_active(false);
  ledger_.PerhapsChanged(perhaps);
  own().mirror.Lose();
}

void Customer::NotePosition(Covers covers, const Outcome& outcome) {
  if (outcome.position.empty())
    return Note(absl::StrCat("no position of a change of ", course_->id()));
  if (api().MayPark()) return;
  last_position_ = {course_->id(), outcome.position, covers};
}

Task<Person::Verdict> Customer::Register(Kind kind, std::string text) {
  const communication::RegisterRequest request = NewRegister(kind, std::move(text));
  const auto result = co_await Insist(kRegister, request);
  const Verdict verdict = Judge("Register", result, /*may_succeed=*/true, Ended(result.began));
  if (verdict == Verdict::kDone) {
    CheckRegistered(request, result.reply);
    Take(result.reply);
    NotePosition(Covers::kCommunications, result);
    last_.emplace(request, result.reply);
  } else if (verdict == Verdict::kUnknown) {
    TakePerhaps(request);
  }
  co_return verdict;
}

Task<Person::Verdict> Customer::Delete(std::string id) {
  communication::DeleteCommunicationRequest request;
  request.set_id(id);
  request.set_request_id(NewId());
  const auto result = co_await Insist(kDeleteCommunication, request);
  // One's own may be taken back whatever became of the course.
  const Verdict verdict = Judge("DeleteCommunication", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone) {
    if (result.reply.active() || result.reply.id() != id)
      Note(absl::StrCat("deleted ", id, ", got {", result.reply.ShortDebugString(), "}"));
    TakeDeleted(result.reply);
    NotePosition(Covers::kCommunications, result);
  } else if (verdict == Verdict::kUnknown) {
    TakePerhapsDeleted(id);
  }
  co_return verdict;
}

Task<> Customer::Comment() {
  if (own().comments.size() >= kMostComments) co_return co_await DeleteComment();
  co_await Register(Communication::KIND_COMMENT, Text());
}

Task<> Customer::ModifyComment() {
  if (own().comments.empty()) co_return co_await Comment();
  const size_t which = Pick(own().comments.size());
  Communication wanted = ledger_.communications().rows[own().comments[which]];
  // Now and then the text that it has: nothing changes, nothing is published.
  if (!OneIn(6)) wanted.set_comment_text(Text());
  communication::ModifyCommentRequest request;
  request.mutable_communication()->set_id(wanted.id());
  request.mutable_communication()->set_comment_text(wanted.comment_text());
  request.mutable_update_mask()->add_paths("comment_text");
  request.set_request_id(NewId());
  const auto result = co_await Insist(kModifyComment, request);
  const Verdict verdict = Judge("ModifyComment", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone) {
    if (result.reply.comment_text() != wanted.comment_text()) {
      Note(absl::StrCat("modified, got {", result.reply.ShortDebugString(), "}"));
    }
    ledger_.Modified(result.reply);
  } else if (verdict == Verdict::kUnknown) {
    ledger_.PerhapsChanged(wanted);
    // Left alone from now on.
    own().comments.erase(own().comments.begin() + static_cast<ptrdiff_t>(which));
  }
}

Task<> Customer::DeleteComment() {
  if (own().comments.empty()) co_return co_await Comment();
  const size_t which = Pick(own().comments.size());
  const std::string id = own().comments[which];
  if (co_await Delete(id) == Verdict::kRefused) co_return;
  own().comments.erase(own().comments.begin() + static_cast<ptrdiff_t>(which));
}

Task<> Customer::Toggle(Kind kind) {
  Slot& slot = SlotOf(kind);
  if (slot.unsure) co_return co_await Comment();
  if (slot.id.empty()) {
    co_await Register(kind, "");
  } else if (OneIn(4)) {
    const auto second = co_await Insist(kRegister, NewRegister(kind, ""));
    std::vector<Refusal> refusals = Ended(second.began);
    refusals.push_back(kAlreadyExists);
    // A try without an answer may still come: the one that there is must not be taken back before.
    if (Judge("a second one", second, /*may_succeed=*/false, refusals) == Verdict::kUnknown) {
      slot.unsure = true;
    }
  } else {
    const Verdict verdict = co_await Delete(slot.id);
    if (verdict == Verdict::kDone) slot.id.clear();
    if (verdict == Verdict::kUnknown) slot.unsure = true;
  }
}

Task<> Customer::WriteReview() {
  Slot& slot = own().review;
  if (slot.unsure) co_return co_await Comment();
  review::WriteReviewRequest request;
  request.set_schedule_id(course_->id());
  request.set_comment_text(Text());
  if (!OneIn(3)) request.set_rating(static_cast<int>(Pick(5)) + 1);
  request.set_request_id(NewId());
  const auto result = co_await Insist(kWriteReview, request);

  std::vector<Refusal> refusals = Ended(result.began);
  const auto open = [](const CourseState& state) { return state.review_open && !state.deleted; };
  const auto closed = [&open](const CourseState& state) { return !open(state); };
  if (!slot.id.empty()) refusals.push_back(kAlreadyExists);
  if (slot.id.empty() && course_->MayBe(closed, result.began, Now()))
    refusals.push_back(kReviewClosed);
  const bool may_succeed = slot.id.empty() && course_->MayBe(open, result.began, Now());
  const Verdict verdict = Judge("WriteReview", result, may_succeed, refusals);

  if (verdict == Verdict::kUnknown) slot.unsure = true;
  if (verdict == Verdict::kUnknown && slot.id.empty()) {
    review::Review perhaps;
    perhaps.set_schedule_id(request.schedule_id());
    perhaps.set_customer_id(subject());
    perhaps.set_comment_text(request.comment_text());
    if (request.has_rating()) perhaps.set_rating(request.rating());
    ledger_.PerhapsWritten(perhaps, course_->uploader_id());
    own().mirror.Lose();
  } else if (verdict == Verdict::kDone) {
    if (result.reply.comment_text() != request.comment_text() ||
        result.reply.rating() != request.rating()) {
      Note(absl::StrCat("reviewed, got {", result.reply.ShortDebugString(), "}"));
    }
    ledger_.Written(result.reply, course_->uploader_id());
    slot.id = result.reply.id();
    Counts counts = own().mirror.now();
    ++counts.reviews;
    own().mirror.Now(counts);
    NotePosition(Covers::kReviews, result);
    ++acknowledged_reviews_;
  }
}

Task<> Customer::ModifyReview() {
  Slot& slot = own().review;
  if (slot.unsure || slot.id.empty()) co_return co_await WriteReview();
  review::Review wanted = ledger_.reviews().rows[slot.id];
  review::ModifyReviewRequest request;
  request.mutable_review()->set_id(slot.id);
  wanted.set_comment_text(Text());
  request.mutable_review()->set_comment_text(wanted.comment_text());
  request.mutable_update_mask()->add_paths("comment_text");
  if (OneIn(2)) {
    wanted.set_rating(static_cast<int>(Pick(5)) + 1);
    request.mutable_review()->set_rating(wanted.rating());
    request.mutable_update_mask()->add_paths("rating");
  }
  request.set_request_id(NewId());
  const auto result = co_await Insist(kModifyReview, request);
  const Verdict verdict = Judge("ModifyReview", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone) {
    if (result.reply.comment_text() != wanted.comment_text() ||
        result.reply.rating() != wanted.rating()) {
      Note(absl::StrCat("modified, got {", result.reply.ShortDebugString(), "}"));
    }
    ledger_.Modified(result.reply);
  } else if (verdict == Verdict::kUnknown) {
    ledger_.PerhapsModified(wanted);
    slot.unsure = true;
  }
}

Task<> Customer::DeleteReview() {
  Slot& slot = own().review;
  if (slot.unsure || slot.id.empty()) co_return co_await WriteReview();
  review::DeleteReviewRequest request;
  request.set_id(slot.id);
  request.set_request_id(NewId());
  const auto result = co_await Insist(kDeleteReview, request);
  const Verdict verdict = Judge("DeleteReview", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone) {
    ledger_.DeletedReview(slot.id);
    slot.id.clear();
    Counts counts = own().mirror.now();
    --counts.reviews;
    own().mirror.Now(counts);
    NotePosition(Covers::kReviews, result);
  } else if (verdict == Verdict::kUnknown) {
    ledger_.PerhapsDeletedReview(slot.id);
    own().mirror.Lose();
    slot.unsure = true;
  }
}

}  // namespace maru::workload
