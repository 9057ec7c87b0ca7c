// What a load was told: every row as its last acknowledged command left it, and every change in
// order. What the system must show afterwards, no more and no less. A command whose outcome nobody
// knows is kept as what it may have done; Settle (settle.h) finds out once all is quiet.
#ifndef MARU_TESTS_WORKLOAD_LEDGER_H_
#define MARU_TESTS_WORKLOAD_LEDGER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/workload/methods.h"

namespace maru::workload {

// An event that a change must have published.
struct Change {
  // "maru.datecourse.communication.v1.CommentModified"
  std::string type;
  // The event's fields, serialised.
  std::string data;
  auto operator<=>(const Change&) const = default;
};

// The rows of one context.
template <typename RowType>
struct Book {
  using Row = RowType;

  // By id; what is known to be there.
  std::map<std::string, Row> rows;
  std::set<std::string> deleted;
  // What each row has been through.
  std::map<std::string, std::vector<Change>> changes;
  // Rows whose changes raced one another: their order is not known.
  std::set<std::string> raced;

  // What may have happened. Rows that were perhaps created carry no id and no times.
  std::vector<Row> perhaps_created;
  // By id: what a row of `rows` may look like instead.
  std::map<std::string, std::vector<Row>> perhaps_changed;
  // By id: what such changes publish, if they happen.
  std::map<std::string, std::vector<Change>> perhaps_changes;
  std::set<std::string> perhaps_deleted;

  void Merge(const Book& other);
};

// Not thread-safe: each caller of a load writes its own; they are merged at the end.
class Ledger {
 public:
  // Recipient, kind (the event's name), subject_id.
  using MessageKey = std::tuple<std::string, std::string, std::string>;

  void Registered(const schedule::Schedule& row);
  void Modified(const schedule::Schedule& row);
  void DeletedSchedule(const std::string& id);
  void PerhapsRegistered(const schedule::Schedule& row) {
    schedules_.perhaps_created.push_back(row);
  }
  void PerhapsModified(const schedule::Schedule& row) {
    schedules_.perhaps_changed[row.id()].push_back(row);
  }
  void PerhapsDeletedSchedule(const std::string& id) { schedules_.perhaps_deleted.insert(id); }

  void Registered(const communication::Communication& row);
  void Modified(const communication::Communication& row);
  void Deleted(const communication::Communication& row);
  // The order of the changes of this row is not known.
  void Raced(const communication::Communication& row);
  void PerhapsRegistered(const communication::Communication& row) {
    communications_.perhaps_created.push_back(row);
  }
  void PerhapsChanged(const communication::Communication& row);

  // `uploader_id`: the schedule's host, who gets a message.
  void Written(const review::Review& row, const std::string& uploader_id);
  void Modified(const review::Review& row);
  void DeletedReview(const std::string& id);
  void PerhapsWritten(const review::Review& row, const std::string& uploader_id) {
    reviews_.perhaps_created.push_back(row);
    uploaders_[row.schedule_id()] = uploader_id;
  }
  void PerhapsModified(const review::Review& row) {
    reviews_.perhaps_changed[row.id()].push_back(row);
  }
  void PerhapsDeletedReview(const std::string& id) { reviews_.perhaps_deleted.insert(id); }

  void Read(const std::string& message_id) { read_.insert(message_id); }
  void PerhapsRead(const std::string& message_id) { perhaps_read_.insert(message_id); }

  // An operator removed from a topic's log what everybody had read: of the events up to `sequence`
  // it may lack any.
  void Forgot(const std::string& topic, uint64_t sequence) { forgotten_[topic] = sequence; }

  void Merge(const Ledger& other);

  Book<schedule::Schedule>& schedules() { return schedules_; }
  const Book<schedule::Schedule>& schedules() const { return schedules_; }
  Book<communication::Communication>& communications() { return communications_; }
  const Book<communication::Communication>& communications() const { return communications_; }
  Book<review::Review>& reviews() { return reviews_; }
  const Book<review::Review>& reviews() const { return reviews_; }
  // How many messages each person must have, once what caused them was heard.
  const std::map<MessageKey, int>& messages() const { return messages_; }
  // 0: the topic's log lacks nothing.
  uint64_t forgotten(const std::string& topic) const;
  const std::map<std::string, uint64_t>& forgotten() const { return forgotten_; }
  // Messages that their recipients have read, surely and perhaps.
  const std::set<std::string>& read() const { return read_; }
  const std::set<std::string>& perhaps_read() const { return perhaps_read_; }
  // The host of a schedule that has reviews; empty when none is known.
  std::string UploaderOf(const std::string& schedule_id) const;

 private:
  Book<schedule::Schedule> schedules_;
  Book<communication::Communication> communications_;
  Book<review::Review> reviews_;
  std::map<std::string, std::string> uploaders_;
  std::map<MessageKey, int> messages_;
  std::map<std::string, uint64_t> forgotten_;
  std::set<std::string> read_;
  std::set<std::string> perhaps_read_;
};

template <typename Row>
void Book<Row>::Merge(const Book& other) {
  rows.insert(other.rows.begin(), other.rows.end());
  deleted.insert(other.deleted.begin(), other.deleted.end());
  changes.insert(other.changes.begin(), other.changes.end());
  raced.insert(other.raced.begin(), other.raced.end());
  perhaps_created.insert(perhaps_created.end(), other.perhaps_created.begin(),
                         other.perhaps_created.end());
  perhaps_changed.insert(other.perhaps_changed.begin(), other.perhaps_changed.end());
  perhaps_changes.insert(other.perhaps_changes.begin(), other.perhaps_changes.end());
  perhaps_deleted.insert(other.perhaps_deleted.begin(), other.perhaps_deleted.end());
}

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_LEDGER_H_
