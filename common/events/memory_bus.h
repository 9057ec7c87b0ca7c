// MemoryBus: a Bus in memory with the broker's rules and with faults on demand. For tests and
// simulation.
//
// Topics, marks and groups survive whoever uses them: a test "restarts" a context by making it
// again over the same bus.
#ifndef MARU_COMMON_EVENTS_MEMORY_BUS_H_
#define MARU_COMMON_EVENTS_MEMORY_BUS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/async/signal.h"
#include "common/events/bus.h"
#include "common/events/partition.h"

namespace maru::events {

class MemorySubscription;

// Executor's thread only. Outlives all that it made.
class MemoryBus final : public Bus {
 public:
  explicit MemoryBus(async::Executor& executor);
  ~MemoryBus() override;

  std::unique_ptr<Publisher> NewPublisher(std::string topic, uint64_t epoch) override;
  std::unique_ptr<Subscription> Subscribe(SubscriptionOptions options) override;

  // --- Faults ---
  // Breaks every stream; they connect again at once.
  void Disconnect();
  // Down: breaks every stream and lets nobody connect.
  void SetDown(bool down);
  // Takes records without saying so, until the stream breaks.
  void LoseAcks(bool lose);
  // Publishers get RESOURCE_EXHAUSTED.
  void SetDiskFull(bool full) { disk_full_ = full; }
  // Every batch is delivered twice.
  void SetDuplicating(bool duplicating) { duplicating_ = duplicating; }
  // Records of one batch, at most. 512 at first.
  void SetBatchRecords(size_t records) { batch_records_ = records; }
  // Every batch takes so long.
  void SetDelay(absl::Duration delay) { delay_ = delay; }
  // Moves partitions to the next members, asking the old ones to release them (or telling them
  // nothing: as after a session timeout of a member that hangs).
  void Reassign(bool ask);
  // A new, empty log: position and mark of everybody belong to another one.
  void RecreateTopic(const std::string& topic);
  // The records before `earliest` are gone.
  void Truncate(const std::string& topic, uint32_t partition, uint64_t earliest);
  // The record at `offset` cannot be read.
  void Damage(const std::string& topic, uint32_t partition, uint64_t offset);
  // Forgets the last records of a topic, as a broker that was restored.
  void RewindMark(const std::string& topic, uint64_t mark);

  // --- What is there ---
  // Appends as the topic's owner would, after the mark; the record's sequence is the next one.
  // Returns it.
  uint64_t Append(const std::string& topic, std::string key, std::string value);
  // Appends a record as it is, whatever the mark: an engine that repeats.
  void AppendRaw(const std::string& topic, Record record);
  const std::vector<Record>& log(const std::string& topic, uint32_t partition);
  // All partitions, in order of sequence.
  std::vector<Record> records(const std::string& topic);
  uint64_t mark(const std::string& topic) { return TopicOf(topic).mark; }
  // Delivered and not yet Done, over all members.
  uint64_t outstanding_records() const;

 private:
  friend class MemoryPublisher;
  friend class MemorySubscription;

  struct Partition {
    std::vector<Record> records;  // by offset; those before `earliest` are gone
    uint64_t earliest = 0;
    std::set<uint64_t> damaged;
  };
  struct Topic {
    std::string log_id;
    uint64_t epoch = 0;
    uint64_t mark = 0;
    std::vector<Partition> partitions{kPartitions};
  };
  using Key = std::pair<std::string, uint32_t>;
  struct Ownership {
    MemorySubscription* owner = nullptr;
    bool revoking = false;
  };
  struct Group {
    std::string store_id;
    uint64_t generation = 0;
    size_t rotation = 0;
    std::vector<MemorySubscription*> members;
    absl::btree_map<Key, Ownership> partitions;
  };

  Topic& TopicOf(const std::string& name);
  absl::Status AppendRecord(Topic& topic, Record record);
  void Join(Group& group, MemorySubscription& member);
  void Leave(Group& group, MemorySubscription& member);
  void Released(Group& group, MemorySubscription& member);
  // Gives what is free to whom it belongs, and asks for what belongs to others.
  void Settle(Group& group);

  async::Executor& executor_;
  size_t batch_records_ = 512;
  absl::btree_map<std::string, Topic> topics_;
  absl::btree_map<std::string, Group> groups_;
  // Streams of an older connection are broken.
  uint64_t connection_ = 1;
  uint64_t last_log_ = 0;
  bool down_ = false;
  bool lose_acks_ = false;
  bool disk_full_ = false;
  bool duplicating_ = false;
  absl::Duration delay_;
  async::Signal changed_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_MEMORY_BUS_H_
