// All that a system at rest shows, read once: what the checkers compare with the ledger.
#ifndef MARU_TESTS_WORKLOAD_STORED_H_
#define MARU_TESTS_WORKLOAD_STORED_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/workload/actor.h"
#include "tests/workload/ledger.h"

namespace maru::workload {

// One context's own account of its events.
struct Flow {
  std::string deployment;
  admin::v1::Status status;
  std::vector<admin::v1::ParkedEvent> parked;
};

// A topic as the broker holds it.
struct Topic {
  // The deployment that publishes.
  std::string owner;
  // Events that the owner has numbered.
  uint64_t last_sequence = 0;
  // Up to this one an operator may have removed any.
  uint64_t forgotten = 0;
  // By partition, then by offset.
  std::vector<broker::v1::TailTopicResponse> records;
  // What VerifyTopic found damaged.
  std::vector<std::string> damages;
};

struct Stored {
  // Lists, newest first.
  std::vector<schedule::Schedule> schedules;
  std::vector<communication::Communication> communications;
  std::vector<review::Review> reviews;
  std::vector<viewpage::ScheduleView> pages;
  std::vector<message::Message> messages;
  // Rows that lists leave out, by id, as far as they were found: bookmarks, comments and likes that
  // were taken back.
  std::map<std::string, communication::Communication> inactive;
  // Ids of what was deleted and is shown all the same: "review <id>".
  std::set<std::string> undead;
  // What a customer was told who tried a new entry on a schedule that was deleted or never was,
  // where that was not the contract's refusal.
  std::vector<std::string> wrong_answers;
  // By name.
  std::map<std::string, Topic> topics;
};

// What every context says of its events. Errors of the calls.
async::Task<absl::StatusOr<std::vector<Flow>>> ReadFlows(const Actor& admin);

// The topics that there are, with their ends. Errors of the call.
async::Task<absl::StatusOr<std::vector<broker::v1::Topic>>> ReadTopics(const Actor& admin);

// The topics of `flows`, by name, once nothing flows any more; `forgotten`: up to which sequence a
// topic may lack events. Errors of the calls. The arguments must live until the task is finished.
async::Task<absl::StatusOr<std::map<std::string, Topic>>> ReadLog(
    const Actor& admin, const std::vector<Flow>& flows,
    std::map<std::string, uint64_t> forgotten = {});

// The rest, once nothing flows any more; the ledger names what was taken back or deleted. Errors of
// the calls. The arguments must live until the task is finished.
async::Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const Ledger& ledger,
                                               const std::vector<Flow>& flows);

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_STORED_H_
