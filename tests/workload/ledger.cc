#include "tests/workload/ledger.h"

#include "maru/datecourse/communication/v1/events.pb.h"
#include "maru/datecourse/review/v1/events.pb.h"
#include "maru/datecourse/schedule/v1/events.pb.h"

namespace maru::workload {
namespace {

using communication::Communication;

template <typename Event>
Change ChangeOf(const Event& event) {
  return {event.GetDescriptor()->full_name(), event.SerializeAsString()};
}

template <typename Event>
Event About(const Communication& row) {
  Event event;
  event.set_communication_id(row.id());
  event.set_schedule_id(row.schedule_id());
  event.set_customer_id(row.customer_id());
  return event;
}

template <typename Event>
Change WithText(const Communication& row) {
  Event event = About<Event>(row);
  event.set_comment_text(row.comment_text());
  return ChangeOf(event);
}

Change RegisteredChange(const Communication& row) {
  switch (row.kind()) {
    case Communication::KIND_COMMENT:
      return WithText<communication::CommentRegistered>(row);
    case Communication::KIND_BOOKMARK:
      return ChangeOf(About<communication::BookmarkRegistered>(row));
    default:
      return ChangeOf(About<communication::LikeRegistered>(row));
  }
}

Change DeletedChange(const Communication& row) {
  switch (row.kind()) {
    case Communication::KIND_COMMENT:
      return ChangeOf(About<communication::CommentDeleted>(row));
    case Communication::KIND_BOOKMARK:
      return ChangeOf(About<communication::BookmarkCanceled>(row));
    default:
      return ChangeOf(About<communication::LikeCanceled>(row));
  }
}

template <typename Event>
Event About(const review::Review& row) {
  Event event;
  event.set_review_id(row.id());
  event.set_schedule_id(row.schedule_id());
  event.set_customer_id(row.customer_id());
  return event;
}

template <typename Event>
Event WithText(const review::Review& row) {
  Event event = About<Event>(row);
  event.set_comment_text(row.comment_text());
  if (row.has_rating()) event.set_rating(row.rating());
  return event;
}

template <typename Event>
Event WithContent(const schedule::Schedule& row) {
  Event event;
  event.set_schedule_id(row.id());
  event.set_title(row.title());
  event.set_content(row.content());
  event.set_review_open(row.review_open());
  event.set_uploader_id(row.uploader_id());
  return event;
}

}  // namespace

void Ledger::Registered(const schedule::Schedule& row) {
  schedules_.rows[row.id()] = row;
  auto event = WithContent<schedule::ScheduleRegistered>(row);
  event.set_uploader(row.uploader());
  schedules_.changes[row.id()].push_back(ChangeOf(event));
}

void Ledger::Modified(const schedule::Schedule& row) {
  schedule::Schedule& known = schedules_.rows[row.id()];
  const bool changed = known.title() != row.title() || known.content() != row.content() ||
                       known.review_open() != row.review_open();
  known = row;
  if (!changed) return;
  schedules_.changes[row.id()].push_back(ChangeOf(WithContent<schedule::ScheduleModified>(row)));
}

void Ledger::DeletedSchedule(const std::string& id) {
  schedule::ScheduleDeleted event;
  event.set_schedule_id(id);
  event.set_uploader_id(schedules_.rows[id].uploader_id());
  schedules_.rows.erase(id);
  schedules_.deleted.insert(id);
  schedules_.changes[id].push_back(ChangeOf(event));
}

void Ledger::Registered(const Communication& row) {
  communications_.rows[row.id()] = row;
  communications_.changes[row.id()].push_back(RegisteredChange(row));
  if (row.kind() == Communication::KIND_BOOKMARK) {
    ++messages_[{row.customer_id(), "BookmarkRegistered", row.schedule_id()}];
  }
}

void Ledger::Modified(const Communication& row) {
  Communication& known = communications_.rows[row.id()];
  const bool changed = known.comment_text() != row.comment_text();
  known = row;
  if (!changed) return;
  communications_.changes[row.id()].push_back(WithText<communication::CommentModified>(row));
}

void Ledger::Deleted(const Communication& row) {
  communications_.rows[row.id()] = row;
  communications_.changes[row.id()].push_back(DeletedChange(row));
  if (row.kind() == Communication::KIND_BOOKMARK) {
    ++messages_[{row.customer_id(), "BookmarkCanceled", row.schedule_id()}];
  }
}

void Ledger::PerhapsChanged(const Communication& row) {
  communications_.perhaps_changed[row.id()].push_back(row);
  communications_.perhaps_changes[row.id()].push_back(
      row.active() ? WithText<communication::CommentModified>(row) : DeletedChange(row));
}

void Ledger::Raced(const Communication& row) {
  communications_.raced.insert(row.id());
  communications_.perhaps_changed[row.id()].push_back(row);
}

void Ledger::Written(const review::Review& row, const std::string& uploader_id) {
  reviews_.rows[row.id()] = row;
  uploaders_[row.schedule_id()] = uploader_id;
  auto event = WithText<review::ReviewRegistered>(row);
  event.set_uploader_id(uploader_id);
  reviews_.changes[row.id()].push_back(ChangeOf(event));
  ++messages_[{uploader_id, "ReviewRegistered", row.schedule_id()}];
}

void Ledger::Modified(const review::Review& row) {
  review::Review& known = reviews_.rows[row.id()];
  const bool changed = known.comment_text() != row.comment_text() ||
                       known.has_rating() != row.has_rating() || known.rating() != row.rating();
  known = row;
  if (!changed) return;
  reviews_.changes[row.id()].push_back(ChangeOf(WithText<review::ReviewModified>(row)));
}

void Ledger::DeletedReview(const std::string& id) {
  const Change change = ChangeOf(About<review::ReviewDeleted>(reviews_.rows[id]));
  reviews_.rows.erase(id);
  reviews_.deleted.insert(id);
  reviews_.changes[id].push_back(change);
}

std::string Ledger::UploaderOf(const std::string& schedule_id) const {
  const auto found = uploaders_.find(schedule_id);
  return found == uploaders_.end() ? "" : found->second;
}

uint64_t Ledger::forgotten(const std::string& topic) const {
  const auto found = forgotten_.find(topic);
  return found == forgotten_.end() ? 0 : found->second;
}

void Ledger::Merge(const Ledger& other) {
  schedules_.Merge(other.schedules_);
  communications_.Merge(other.communications_);
  reviews_.Merge(other.reviews_);
  uploaders_.insert(other.uploaders_.begin(), other.uploaders_.end());
  for (const auto& [key, count] : other.messages_) messages_[key] += count;
  forgotten_.insert(other.forgotten_.begin(), other.forgotten_.end());
  read_.insert(other.read_.begin(), other.read_.end());
  perhaps_read_.insert(other.perhaps_read_.begin(), other.perhaps_read_.end());
}

}  // namespace maru::workload
