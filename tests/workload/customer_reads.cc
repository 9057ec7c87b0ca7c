// What a customer sees: its own rows exactly, everything else never older than before.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/customer.h"
#include "tests/workload/lists.h"

namespace maru::workload {

using async::Task;
using communication::Communication;

Mirror::Covers Customer::DrawPosition(CallOptions& options) {
  if (last_position_.course_id != course_->id() || OneIn(2)) return Covers::kNothing;
  options.position = last_position_.position;
  return last_position_.covers;
}

void Customer::Shown(Mirror::Place place, const std::string& course_id, const Counts& shown,
                     const std::string& title, Covers covers) {
  Own& seen = own_[course_id];
  uint64_t& newest = seen.versions[place];
  const uint64_t version = TitleVersion(title);
  if (version < newest) {
    Note(absl::StrCat(course_id, " went back from version ", newest, " to '", title, "'"));
  }
  newest = std::max(newest, version);
  const bool alone = course_->id() == course_id && course_->guest() == subject();
  if (!alone) return;
  const std::string problem = seen.mirror.Shown(place, shown, covers);
  if (!problem.empty()) Note(absl::StrCat(course_id, ": ", problem));
}

void Customer::CheckPage(const viewpage::ScheduleView& page, Covers covers) {
  Own& seen = own_[page.schedule_id()];
  if (seen.page_gone) Note(absl::StrCat("the page of ", page.schedule_id(), " came back"));
  seen.page_seen = true;
  const Counts counts = CountsOf(page);
  if (std::min({counts.comments, counts.bookmarks, counts.likes, counts.reviews}) < 0 ||
      page.latest_reviews_size() > 3 || page.latest_reviews_size() > counts.reviews) {
    Note(absl::StrCat("page: ", page.ShortDebugString()));
  }
  Shown(Mirror::Place::kPage, page.schedule_id(), counts, page.title(), covers);
}

Task<> Customer::LookAtPage() {
  CallOptions options;
  const Covers covers = DrawPosition(options);
  co_await LookAtPage(covers, std::move(options.position));
}

Task<> Customer::LookAtPage(Covers covers, std::string position) {
  const Instant began = Now();
  viewpage::GetScheduleViewRequest request;
  request.set_schedule_id(course_->id());
  CallOptions options;
  (OneIn(2) ? options.position : *request.mutable_position()) = std::move(position);
  const auto page = co_await actor_.Call(kGetScheduleView, request, options);
  if (!Answered("GetScheduleView", page, began)) co_return;
  if (page.ok()) co_return CheckPage(page.reply, covers);
  const bool may_be_gone = course_->MayBeDeleted(began, Now());
  if (page.reason() != kNotFound.reason || (own().page_seen && !may_be_gone)) {
    Note(absl::StrCat("page of ", course_->id(), ": ", Describe(page)));
  }
  if (own().page_seen) own().page_gone = true;
}

Task<> Customer::WriteAndLook() {
  for (const Courses::Ref& course : courses_.For(subject())) {
    if (course->guest() == subject()) course_ = course;
  }
  co_await Comment();
  if (last_position_.course_id != course_->id()) co_return;
  const std::string position = last_position_.position;
  co_await LookAtPage(last_position_.covers, position);
}

Task<> Customer::LookAtSchedule() {
  const Instant began = Now();
  schedule::GetScheduleRequest request;
  request.set_id(course_->id());
  CallOptions options;
  const Covers covers = DrawPosition(options);
  const auto got = co_await actor_.Call(kGetSchedule, request, options);
  if (!Answered("GetSchedule", got, began)) co_return;
  const auto as_shown = [&](const CourseState& state) {
    return got.ok() ? !state.deleted && state.review_open == got.reply.review_open()
                    : state.deleted && got.reason() == kNotFound.reason;
  };
  if (!course_->MayBe(as_shown, began, Now())) {
    Note(absl::StrCat("schedule ", course_->id(), " cannot be so: ", Describe(got), " {",
                      got.reply.ShortDebugString(), "}"));
  }
  if (!got.ok()) co_return;
  Shown(Mirror::Place::kSchedule, course_->id(), CountsOf(got.reply), got.reply.title(), covers);
}

Task<> Customer::LookAtPages() {
  const Instant began = Now();
  viewpage::ListScheduleViewsRequest request;
  request.set_page_size(static_cast<int>(1 + Pick(5)));
  // Those whose pages are there throughout.
  std::set<std::string> missing;
  for (const Courses::Ref& course : courses_.For(subject())) {
    if (own_[course->id()].page_seen) missing.insert(course->id());
  }
  const auto pages = co_await AllPages(actor_, request);
  if (!Listed("ListScheduleViews", pages.status(), began)) co_return;
  std::set<std::string> seen;
  for (const viewpage::ScheduleView& page : *pages) {
    if (!seen.insert(page.schedule_id()).second) {
      Note(absl::StrCat("the page of ", page.schedule_id(), " is listed twice"));
    }
    missing.erase(page.schedule_id());
    CheckPage(page, Covers::kNothing);
  }
  for (const Courses::Ref& course : courses_.For(subject())) {
    if (missing.count(course->id()) != 0 && !course->MayBeDeleted(began, Now())) {
      Note(absl::StrCat("the page of ", course->id(), " is not listed"));
    }
  }
}

Task<> Customer::LookAtOwn() {
  const Instant began = Now();
  const auto& book = ledger_.communications();
  if (book.rows.empty()) co_return co_await Comment();
  const auto known = std::next(book.rows.begin(), static_cast<ptrdiff_t>(Pick(book.rows.size())));
  if (book.perhaps_changed.count(known->first) != 0) co_return;
  communication::GetCommunicationRequest request;
  request.set_id(known->first);
  const auto got = co_await actor_.Call(kGetCommunication, request);
  if (!Answered("GetCommunication", got, began)) co_return;
  if (!got.ok() || got.reply.SerializeAsString() != known->second.SerializeAsString()) {
    Note(absl::StrCat("acknowledged {", known->second.ShortDebugString(), "}, shown ",
                      Describe(got), " {", got.reply.ShortDebugString(), "}"));
  }
}

Task<> Customer::ListOwn() {
  const Instant began = Now();
  communication::ListCommunicationsRequest request;
  request.set_page_size(static_cast<int>(1 + Pick(7)));
  request.set_kind(static_cast<Kind>(1 + Pick(3)));
  if (OneIn(2)) request.set_schedule_id(course_->id());
  const auto list = co_await AllCommunications(actor_, request);
  if (!Listed("ListCommunications", list.status(), began)) co_return;
  const auto& book = ledger_.communications();
  std::set<std::string> seen;
  for (const Communication& row : *list) {
    if (!seen.insert(row.id()).second) Note(absl::StrCat(row.id(), " is listed twice"));
    if (row.customer_id() != subject() && row.kind() != Communication::KIND_COMMENT) {
      Note(absl::StrCat("somebody else's: {", row.ShortDebugString(), "}"));
    }
  }
  for (const auto& [id, row] : book.rows) {
    const bool asked = row.kind() == request.kind() && (request.schedule_id().empty() ||
                                                        request.schedule_id() == row.schedule_id());
    if (!asked || book.perhaps_changed.count(id) != 0) continue;
    if (row.active() != (seen.count(id) != 0)) {
      Note(absl::StrCat(row.active() ? "not listed: {" : "listed: {", row.ShortDebugString(), "}"));
    }
  }
}

Task<> Customer::ReadMessages() {
  const Instant began = Now();
  message::ListMessagesRequest request;
  CallOptions options;
  const Covers covers = DrawPosition(options);
  request.set_position(options.position);
  const auto list = co_await AllMessages(actor_, request);
  if (!Listed("ListMessages", list.status(), began)) co_return;
  std::map<std::string, message::Message> shown;
  size_t about_course = 0;
  for (const message::Message& row : *list) {
    if (row.recipient() != subject() || row.text().empty()) {
      Note(absl::StrCat("not a message of mine: {", row.ShortDebugString(), "}"));
    }
    if (!shown.emplace(row.id(), row).second) Note(absl::StrCat(row.id(), " is listed twice"));
    if (row.subject_id() == course_->id()) ++about_course;
    if (ledger_.read().count(row.id()) != 0 && !row.read()) {
      Note(absl::StrCat("not read any more: {", row.ShortDebugString(), "}"));
    }
  }
  for (const auto& [id, row] : messages_) {
    if (shown.count(id) == 0) Note(absl::StrCat("gone: {", row.ShortDebugString(), "}"));
  }
  messages_ = std::move(shown);
  size_t wanted = 0;
  for (const auto& [key, count] : ledger_.messages()) {
    if (std::get<0>(key) == subject() && std::get<2>(key) == course_->id())
      wanted += static_cast<size_t>(count);
  }
  if (covers == Covers::kCommunications && about_course < wanted) {
    Note(absl::StrCat("a position shows ", about_course, " messages about ", course_->id(),
                      " instead of ", wanted));
  }
  if (messages_.empty()) co_return;

  const auto one = std::next(messages_.begin(), static_cast<ptrdiff_t>(Pick(messages_.size())));
  message::MarkReadRequest mark;
  mark.set_id(one->first);
  mark.set_request_id(NewId());
  const auto marked = co_await Insist(kMarkRead, mark);
  const Verdict verdict = Judge("MarkRead", marked, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone && !marked.reply.read()) {
    Note(absl::StrCat("marked as read, got {", marked.reply.ShortDebugString(), "}"));
  }
  if (verdict == Verdict::kDone) ledger_.Read(mark.id());
  if (verdict == Verdict::kUnknown) ledger_.PerhapsRead(mark.id());
}

}  // namespace maru::workload
