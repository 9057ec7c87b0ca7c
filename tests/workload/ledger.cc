#include "tests/workload/ledger.h"

namespace maru::workload {

using communication::Communication;

void Ledger::Registered(const schedule::Schedule& row) { schedules_[row.id()] = row; }

void Ledger::Modified(const schedule::Schedule& row) { schedules_[row.id()] = row; }

void Ledger::DeletedSchedule(const std::string& id) {
  schedules_.erase(id);
  deleted_schedules_.insert(id);
}

void Ledger::Registered(const Communication& row) {
  communications_[row.id()] = row;
  if (row.kind() == Communication::KIND_BOOKMARK) {
    ++messages_[{row.customer_id(), "BookmarkRegistered", row.schedule_id()}];
  }
}

void Ledger::Modified(const Communication& row) { communications_[row.id()] = row; }

void Ledger::Deleted(const Communication& row) {
  communications_[row.id()] = row;
  if (row.kind() == Communication::KIND_BOOKMARK) {
    ++messages_[{row.customer_id(), "BookmarkCanceled", row.schedule_id()}];
  }
}

void Ledger::Written(const review::Review& row, const std::string& uploader_id) {
  reviews_[row.id()] = row;
  ++messages_[{uploader_id, "ReviewRegistered", row.schedule_id()}];
}

void Ledger::Modified(const review::Review& row) { reviews_[row.id()] = row; }

void Ledger::DeletedReview(const std::string& id) {
  reviews_.erase(id);
  deleted_reviews_.insert(id);
}

void Ledger::Merge(const Ledger& other) {
  schedules_.insert(other.schedules_.begin(), other.schedules_.end());
  deleted_schedules_.insert(other.deleted_schedules_.begin(), other.deleted_schedules_.end());
  communications_.insert(other.communications_.begin(), other.communications_.end());
  reviews_.insert(other.reviews_.begin(), other.reviews_.end());
  deleted_reviews_.insert(other.deleted_reviews_.begin(), other.deleted_reviews_.end());
  for (const auto& [key, count] : other.messages_) messages_[key] += count;
}

}  // namespace maru::workload
