// What a load was told: every row as its last acknowledged command left it. What the system must
// show afterwards, no more and no less.
#ifndef MARU_TESTS_WORKLOAD_LEDGER_H_
#define MARU_TESTS_WORKLOAD_LEDGER_H_

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "tests/workload/methods.h"

namespace maru::workload {

// Not thread-safe: each thread of a load writes its own; they are merged at the end.
class Ledger {
 public:
  // Recipient, kind (the event's name), subject_id.
  using MessageKey = std::tuple<std::string, std::string, std::string>;

  void Registered(const schedule::Schedule& row);
  void Modified(const schedule::Schedule& row);
  void DeletedSchedule(const std::string& id);

  void Registered(const communication::Communication& row);
  void Modified(const communication::Communication& row);
  void Deleted(const communication::Communication& row);

  // `uploader_id`: the schedule's host, who gets a message.
  void Written(const review::Review& row, const std::string& uploader_id);
  void Modified(const review::Review& row);
  void DeletedReview(const std::string& id);

  void Merge(const Ledger& other);

  // By id.
  const std::map<std::string, schedule::Schedule>& schedules() const { return schedules_; }
  const std::set<std::string>& deleted_schedules() const { return deleted_schedules_; }
  const std::map<std::string, communication::Communication>& communications() const {
    return communications_;
  }
  const std::map<std::string, review::Review>& reviews() const { return reviews_; }
  const std::set<std::string>& deleted_reviews() const { return deleted_reviews_; }
  // How many messages each person must have, once what caused them was heard.
  const std::map<MessageKey, int>& messages() const { return messages_; }

 private:
  std::map<std::string, schedule::Schedule> schedules_;
  std::set<std::string> deleted_schedules_;
  std::map<std::string, communication::Communication> communications_;
  std::map<std::string, review::Review> reviews_;
  std::set<std::string> deleted_reviews_;
  std::map<MessageKey, int> messages_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_LEDGER_H_
