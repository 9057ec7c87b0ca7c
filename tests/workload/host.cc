#include "tests/workload/host.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/workload/bad_calls.h"
#include "tests/workload/lists.h"

namespace maru::workload {

using async::Task;

namespace {

const char* const kNames[] = {"한강 노을 산책", "성수동 카페 골목", "북촌 한옥 골목", "Night walk"};
constexpr size_t kMostCourses = 12;

// Of a row that a host knows, what its own commands decide.
bool SameContent(const schedule::Schedule& a, const schedule::Schedule& b) {
  return a.title() == b.title() && a.content() == b.content() && a.uploader() == b.uploader() &&
         a.uploader_id() == b.uploader_id() && a.review_open() == b.review_open();
}

}  // namespace

schedule::Schedule Host::NewCourse(bool review_open) {
  schedule::Schedule row;
  row.set_title(TitleOf(kNames[Pick(std::size(kNames))], ++versions_));
  row.set_content("여의나루역 2번 출구에서 만나 치킨과 함께");
  row.set_uploader(subject() == "mina" ? "미나" : "준");
  row.set_uploader_id(subject());
  row.set_review_open(review_open);
  return row;
}

std::vector<Courses::Ref> Host::Own() const {
  std::vector<Courses::Ref> own;
  for (const Courses::Ref& course : courses_.Of(subject())) {
    if (!course->latest().deleted && unsure_.count(course->id()) == 0) own.push_back(course);
  }
  return own;
}

Task<bool> Host::Publish(std::string guest, bool review_open) {
  const schedule::Schedule wanted = NewCourse(review_open);
  schedule::RegisterScheduleRequest request;
  request.set_title(wanted.title());
  request.set_content(wanted.content());
  request.set_uploader(wanted.uploader());
  request.set_review_open(wanted.review_open());
  request.set_request_id(NewId());
  const auto result = co_await Insist(kRegisterSchedule, request);
  const Verdict verdict = Judge("RegisterSchedule", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kUnknown) ledger_.PerhapsRegistered(wanted);
  if (verdict != Verdict::kDone) co_return false;
  const schedule::Schedule& row = result.reply;
  if (!SameContent(row, wanted)) {
    Note(absl::StrCat("asked for {", wanted.ShortDebugString(), "}, got {", row.ShortDebugString(),
                      "}"));
  }
  ledger_.Registered(row);
  positions_[row.id()] = result.position;
  courses_.Add(std::make_shared<Course>(row.id(), subject(), std::move(guest),
                                        CourseState{.review_open = review_open}));
  co_return true;
}

Task<bool> Host::Delete(Courses::Ref course) {
  schedule::DeleteScheduleRequest request;
  request.set_id(course->id());
  request.set_request_id(NewId());
  course->Begin({.review_open = false, .deleted = true}, Now());
  const auto result = co_await Insist(kDeleteSchedule, request);
  const Verdict verdict = Judge("DeleteSchedule", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone) {
    course->TookEffect(Now());
    ledger_.DeletedSchedule(course->id());
    positions_[course->id()] = result.position;
  } else if (verdict == Verdict::kUnknown) {
    ledger_.PerhapsDeletedSchedule(course->id());
    unsure_.insert(course->id());
  } else {
    course->HadNoEffect();
  }
  co_return verdict == Verdict::kDone;
}

Task<> Host::Step() {
  const size_t dice = Pick(100);
  if (dice < 40) co_return co_await Modify();
  if (dice < 44) co_return co_await DeleteOne();
  if (dice < 47) co_return co_await DeleteAgain();
  if (dice < 67) co_return co_await LookAtPage();
  if (dice < 75) co_return co_await ListOwn();
  if (dice < 85) co_return co_await TryInvalid();
  if (dice < 90) co_return co_await TryForeign();
  if (courses_.Of(subject()).size() >= kMostCourses) co_return co_await Modify();
  co_await Publish("", !OneIn(4));
}

Task<> Host::Modify() {
  const std::vector<Courses::Ref> own = Own();
  if (own.empty()) co_return;
  const Courses::Ref& course = own[Pick(own.size())];
  schedule::Schedule wanted = ledger_.schedules().rows[course->id()];
  schedule::ModifyScheduleRequest request;
  if (!OneIn(4)) {
    wanted.set_title(TitleOf(kNames[Pick(std::size(kNames))], ++versions_));
    request.mutable_update_mask()->add_paths("title");
  }
  if (OneIn(3) || request.update_mask().paths().empty()) {
    // What the customer of a course of its own is told must not depend on when the host closes it.
    wanted.set_review_open(!course->guest().empty() || !OneIn(3));
    request.mutable_update_mask()->add_paths("review_open");
  }
  *request.mutable_schedule() = wanted;
  request.set_request_id(NewId());
  course->Begin({.review_open = wanted.review_open()}, Now());
  const auto result = co_await Insist(kModifySchedule, request);
  const Verdict verdict = Judge("ModifySchedule", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone) {
    course->TookEffect(Now());
    if (!SameContent(result.reply, wanted)) {
      Note(absl::StrCat("modified, got {", result.reply.ShortDebugString(), "}"));
    }
    const size_t changes = ledger_.schedules().changes[course->id()].size();
    ledger_.Modified(result.reply);
    const bool changed = ledger_.schedules().changes[course->id()].size() > changes;
    if (!result.position.empty()) {
      positions_[course->id()] = result.position;
    } else if (changed) {
      Note(absl::StrCat("no position of a change of ", course->id()));
    }
    if (OneIn(2)) co_await LookAtPage(course->id());
  } else if (verdict == Verdict::kUnknown) {
    ledger_.PerhapsModified(wanted);
    unsure_.insert(course->id());
  } else {
    course->HadNoEffect();
  }
}

Task<> Host::DeleteOne() {
  std::vector<Courses::Ref> own = Own();
  // The oldest is the hot one; a customer counts on its own.
  std::erase_if(own, [&](const Courses::Ref& course) {
    return !course->guest().empty() || course == courses_.For("").front();
  });
  if (own.empty()) co_return;
  const Courses::Ref course = own[Pick(own.size())];
  co_await Delete(course);
}

Task<> Host::DeleteAgain() {
  const auto& deleted = ledger_.schedules().deleted;
  if (deleted.empty()) co_return;
  schedule::DeleteScheduleRequest request;
  request.set_id(*std::next(deleted.begin(), static_cast<ptrdiff_t>(Pick(deleted.size()))));
  request.set_request_id(NewId());
  const auto result = co_await Insist(kDeleteSchedule, request);
  Judge("DeleteSchedule again", result, /*may_succeed=*/true, {});
}

Task<> Host::LookAtPage() {
  if (positions_.empty()) co_return;
  const auto known = std::next(positions_.begin(), static_cast<ptrdiff_t>(Pick(positions_.size())));
  co_await LookAtPage(known->first);
}

Task<> Host::LookAtPage(std::string id) {
  if (unsure_.count(id) != 0 || api().MayPark()) co_return;
  const Instant began = Now();
  viewpage::GetScheduleViewRequest request;
  request.set_schedule_id(id);
  CallOptions options;
  options.position = positions_[id];
  const auto page = co_await actor_.Call(kGetScheduleView, request, options);
  if (!Answered("GetScheduleView with a position", page, began)) co_return;
  const auto row = ledger_.schedules().rows.find(id);
  const bool as_acknowledged = row == ledger_.schedules().rows.end()
                                   ? page.reason() == kNotFound.reason
                                   : page.ok() && page.reply.title() == row->second.title() &&
                                         page.reply.content() == row->second.content() &&
                                         page.reply.review_open() == row->second.review_open();
  if (as_acknowledged) co_return;
  Note(absl::StrCat("a position shows ", Describe(page), " {", page.reply.ShortDebugString(),
                    "} instead of ",
                    row == ledger_.schedules().rows.end()
                        ? absl::StrCat(id, " deleted")
                        : absl::StrCat("{", row->second.ShortDebugString(), "}")));
}

Task<> Host::ListOwn() {
  const Instant began = Now();
  schedule::ListSchedulesRequest request;
  request.set_uploader_id(subject());
  request.set_page_size(static_cast<int>(1 + Pick(5)));
  const auto list = co_await AllSchedules(actor_, request);
  if (!Listed("ListSchedules", list.status(), began)) co_return;
  std::set<std::string> seen;
  const auto& book = ledger_.schedules();
  for (const schedule::Schedule& row : *list) {
    if (!seen.insert(row.id()).second) Note(absl::StrCat(row.id(), " is listed twice"));
    if (unsure_.count(row.id()) != 0) continue;
    // What this host does not know was published before it came, or perhaps by a command without an
    // answer.
    const auto known = book.rows.find(row.id());
    const bool other = known != book.rows.end() && !SameContent(row, known->second);
    if (other || book.deleted.count(row.id()) != 0) {
      Note(absl::StrCat("listed: {", row.ShortDebugString(), "}"));
    }
  }
  for (const auto& [id, row] : book.rows) {
    if (seen.count(id) == 0 && unsure_.count(id) == 0) Note(absl::StrCat(id, " is not listed"));
  }
}

Task<> Host::TryInvalid() {
  const std::vector<Courses::Ref> own = Own();
  if (own.empty()) co_return;
  const BadCall call = BadCallOfHost(Pick(BadCallsOfHosts()), own[Pick(own.size())]->id());
  co_await TryBadCall(call);
}

Task<> Host::TryForeign() {
  for (const Courses::Ref& course : courses_.For("")) {
    if (course->uploader_id() == subject()) continue;
    schedule::DeleteScheduleRequest request;
    request.set_id(course->id());
    request.set_request_id(NewId());
    const auto refused = co_await Insist(kDeleteSchedule, request);
    ExpectRefusal("somebody else's course", refused, kNotFound);
    co_return;
  }
}

}  // namespace maru::workload
