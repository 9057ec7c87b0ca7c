// The members of MemoryBus's groups. Internal to memory_bus.
#ifndef MARU_COMMON_EVENTS_MEMORY_SUBSCRIPTION_H_
#define MARU_COMMON_EVENTS_MEMORY_SUBSCRIPTION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "common/events/memory_bus.h"

namespace maru::events {

class MemorySubscription final : public Subscription {
 public:
  MemorySubscription(MemoryBus& bus, SubscriptionOptions options);
  ~MemorySubscription() override;

  async::Task<absl::StatusOr<Delivery>> Next() override;
  void Start(uint64_t generation, std::vector<PartitionStart> starts) override;
  void Done(const std::string& topic, uint32_t partition, uint64_t next_offset, uint64_t records,
            uint64_t bytes) override;
  void Released(uint64_t generation) override;

 private:
  friend class MemoryBus;
  struct Cursor {
    uint64_t generation = 0;
    bool started = false;
    bool skip_damage = false;
    uint64_t next = 0;
    int repeats = 0;
  };

  MemoryBus::Group& group() { return bus_.groups_[options_.group]; }
  bool connected() const { return connection_ == bus_.connection_ && !bus_.down_; }
  void Disconnect();
  void StartOne(const PartitionStart& start, Cursor& cursor);
  void PushGap(const MemoryBus::Key& key, uint64_t nearest, std::string reason);
  std::optional<Batch> NextBatch();
  std::optional<Batch> Read(const MemoryBus::Key& key, Cursor& cursor);

  MemoryBus& bus_;
  const SubscriptionOptions options_;
  uint64_t connection_ = 0;  // 0: not joined
  std::deque<Delivery> control_;
  absl::btree_map<MemoryBus::Key, Cursor> cursors_;
  MemoryBus::Key last_read_;
  uint64_t outstanding_records_ = 0;
  uint64_t outstanding_bytes_ = 0;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_MEMORY_SUBSCRIPTION_H_
