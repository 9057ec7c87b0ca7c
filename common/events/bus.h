// Bus: how events reach the broker and come back. mesh/broker/client implements it over the
// broker's streams; tests and simulation in memory.
//
// Everything lives on the executor's thread. Objects reconnect by themselves: only what the caller
// must decide is an error.
#ifndef MARU_COMMON_EVENTS_BUS_H_
#define MARU_COMMON_EVENTS_BUS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"

namespace maru::events {

// `value` is a serialised event.v1.Event.
struct Record {
  uint64_t sequence = 0;
  std::string key;
  std::string value;
};

// The one publishing stream of a topic's owner.
class Publisher {
 public:
  virtual ~Publisher() = default;
  // Connects (again) and says where the broker's mark for this producer stands: the sequence it has
  // durably. Completes when the broker answers; waits, with backoff, while it cannot be reached.
  // FAILED_PRECONDITION/FENCED: a newer epoch has published; PERMISSION_DENIED: not the owner.
  // Both: stop and say so.
  virtual async::Task<absl::StatusOr<uint64_t>> Open() = 0;
  // Hands over records, contiguous with what was sent before; completes when the broker's credit
  // allows more. UNAVAILABLE: the stream broke: Open again and resend from the mark.
  // RESOURCE_EXHAUSTED: the broker's disk is full: the same after the delay. FAILED_PRECONDITION
  // (SEQUENCE_HOLE, SEQUENCE_REUSED, PRODUCER_REWOUND): this store and the broker disagree about
  // history: stop publishing and say so.
  virtual async::Task<absl::Status> Send(std::vector<Record> records) = 0;
  // Completes when the broker's durable mark has passed `after`, with the mark. Errors as of Send.
  virtual async::Task<absl::StatusOr<uint64_t>> Acked(uint64_t after) = 0;
};

// Where a partition is read from.
struct Position {
  std::string log_id;
  // The next record to read. In records, from 0.
  uint64_t offset = 0;
};

enum class StartFrom { kEarliest, kEnd, kPosition };

struct PartitionStart {
  std::string topic;
  uint32_t partition = 0;
  StartFrom from = StartFrom::kEarliest;
  // With kPosition.
  Position position;
  // An operator has accepted that what was before the earliest record is lost.
  bool accept_gap = false;
};

// The broker gave these partitions to this member; answer with Subscription::Start for each.
struct Assigned {
  uint64_t generation = 0;
  struct Partition {
    std::string topic;
    uint32_t partition = 0;
    std::string log_id;
    uint64_t earliest = 0;
    uint64_t end = 0;
  };
  std::vector<Partition> partitions;
};

// These partitions go to another member: commit what was applied, then Subscription::Released.
struct Revoked {
  uint64_t generation = 0;
  std::vector<std::pair<std::string, uint32_t>> partitions;
};

// Records of one partition in order, offsets base_offset, base_offset + 1, …
struct Batch {
  std::string topic;
  uint32_t partition = 0;
  std::string log_id;
  uint64_t base_offset = 0;
  std::vector<Record> records;
  // End of the log when the batch was sent: lag = end - (base_offset + records).
  uint64_t end_offset = 0;
};

// The log cannot serve the position: another log id, past the end, before the earliest, damaged.
// The partition stands still until an operator decides.
struct Gap {
  std::string topic;
  uint32_t partition = 0;
  // The log that is there now.
  std::string log_id;
  // Its record nearest to the position that can be served.
  uint64_t earliest = 0;
  uint64_t end = 0;
  std::string reason;
};

// The stream broke; what was assigned is so no more, a new Assigned follows.
struct Disconnected {
  absl::Status why;
};

using Delivery = std::variant<Assigned, Revoked, Batch, Gap, Disconnected>;

struct SubscriptionOptions {
  // Group: the deployment, with a suffix per subscription ("datecourse-viewpage/view").
  std::string group;
  // This member: deployment plus something unique per process.
  std::string member;
  // Store::store_id().
  std::string store_id;
  std::vector<std::string> topics;
  // Delivered and not yet Done, at most.
  uint64_t max_records = 8192;
  uint64_t max_bytes = 4 << 20;
};

class Subscription {
 public:
  virtual ~Subscription() = default;  // leaves the group
  // The next thing that happened. Never ends by itself. PERMISSION_DENIED,
  // FAILED_PRECONDITION/FOREIGN_STORE (another store holds the group's state): stop and say so.
  virtual async::Task<absl::StatusOr<Delivery>> Next() = 0;
  virtual void Start(uint64_t generation, std::vector<PartitionStart> starts) = 0;
  // Records up to `next_offset` are applied durably: returns their credit, and is what lag is
  // computed from.
  virtual void Done(const std::string& topic, uint32_t partition, uint64_t next_offset,
                    uint64_t records, uint64_t bytes) = 0;
  virtual void Released(uint64_t generation) = 0;
};

class Bus {
 public:
  virtual ~Bus() = default;
  virtual std::unique_ptr<Publisher> NewPublisher(std::string topic, uint64_t epoch) = 0;
  virtual std::unique_ptr<Subscription> Subscribe(SubscriptionOptions options) = 0;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_BUS_H_
