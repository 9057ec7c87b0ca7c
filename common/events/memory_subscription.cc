#include "common/events/memory_subscription.h"

#include <algorithm>
#include <utility>

namespace maru::events {

namespace {

uint64_t SizeOf(const Batch& batch) {
  uint64_t bytes = 0;
  for (const Record& record : batch.records) bytes += record.key.size() + record.value.size();
  return bytes;
}

}  // namespace

MemorySubscription::MemorySubscription(MemoryBus& bus, SubscriptionOptions options)
    : bus_(bus), options_(std::move(options)) {}

MemorySubscription::~MemorySubscription() { Disconnect(); }

void MemorySubscription::Disconnect() {
  if (std::exchange(connection_, 0) == 0) return;
  control_.clear();
  cursors_.clear();
  outstanding_records_ = 0;
  outstanding_bytes_ = 0;
  bus_.Leave(group(), *this);
}

async::Task<absl::StatusOr<Delivery>> MemorySubscription::Next() {
  co_await bus_.executor_.Yield();
  while (true) {
    if (connection_ != 0 && !connected()) {
      Disconnect();
      co_return Disconnected{absl::UnavailableError("the stream broke")};
    }
    if (connection_ == 0 && !bus_.down_) {
      if (group().store_id.empty()) group().store_id = options_.store_id;
      if (group().store_id != options_.store_id) {
        co_return absl::FailedPreconditionError(
            "FOREIGN_STORE: another store holds the group's state");
      }
      connection_ = bus_.connection_;
      bus_.Join(group(), *this);
    }
    if (!control_.empty()) {
      Delivery next = std::move(control_.front());
      control_.pop_front();
      co_return next;
    }
    if (std::optional<Batch> batch = NextBatch()) {
      if (bus_.delay_ > absl::ZeroDuration()) co_await bus_.executor_.Sleep(bus_.delay_);
      if (!connected()) continue;
      co_return *std::move(batch);
    }
    if (control_.empty()) co_await bus_.changed_.Wait();
  }
}

std::optional<Batch> MemorySubscription::NextBatch() {
  if (!connected() || outstanding_records_ >= options_.max_records ||
      outstanding_bytes_ >= options_.max_bytes) {
    return std::nullopt;
  }
  // Round robin: from the partition after the last one.
  auto at = cursors_.upper_bound(last_read_);
  for (size_t i = 0; i < cursors_.size(); ++i, ++at) {
    if (at == cursors_.end()) at = cursors_.begin();
    std::optional<Batch> batch = Read(at->first, at->second);
    if (!batch.has_value()) continue;
    last_read_ = at->first;
    return batch;
  }
  return std::nullopt;
}

std::optional<Batch> MemorySubscription::Read(const MemoryBus::Key& key, Cursor& cursor) {
  if (!cursor.started) return std::nullopt;
  const MemoryBus::Topic& topic = bus_.TopicOf(key.first);
  const MemoryBus::Partition& partition = topic.partitions[key.second];
  while (cursor.skip_damage && partition.damaged.contains(cursor.next)) ++cursor.next;
  Batch batch{key.first, key.second, topic.log_id, cursor.next, {}, partition.records.size()};
  uint64_t offset = cursor.next;
  for (; offset < partition.records.size() && batch.records.size() < bus_.batch_records_;
       ++offset) {
    if (partition.damaged.contains(offset)) break;
    batch.records.push_back(partition.records[offset]);
  }
  if (batch.records.empty()) {
    if (partition.damaged.contains(offset)) {
      cursor.started = false;
      while (partition.damaged.contains(offset)) ++offset;
      PushGap(key, offset, "a record cannot be read");
    }
    return std::nullopt;
  }
  const bool again = bus_.duplicating_ && cursor.repeats++ % 2 == 0;
  if (!again) cursor.next = offset;
  outstanding_records_ += batch.records.size();
  outstanding_bytes_ += SizeOf(batch);
  return batch;
}

void MemorySubscription::PushGap(const MemoryBus::Key& key, uint64_t nearest, std::string reason) {
  const MemoryBus::Topic& topic = bus_.TopicOf(key.first);
  const MemoryBus::Partition& partition = topic.partitions[key.second];
  control_.push_back(Gap{key.first, key.second, topic.log_id, nearest, partition.records.size(),
                         std::move(reason)});
  bus_.changed_.NotifyAll();
}

void MemorySubscription::Start(uint64_t generation, std::vector<PartitionStart> starts) {
  for (const PartitionStart& start : starts) {
    const auto cursor = cursors_.find({start.topic, start.partition});
    if (cursor == cursors_.end() || cursor->second.generation != generation) continue;
    StartOne(start, cursor->second);
  }
  bus_.changed_.NotifyAll();
}

void MemorySubscription::StartOne(const PartitionStart& start, Cursor& cursor) {
  const MemoryBus::Key key{start.topic, start.partition};
  const MemoryBus::Topic& topic = bus_.TopicOf(start.topic);
  const MemoryBus::Partition& partition = topic.partitions[start.partition];
  cursor.skip_damage = start.accept_gap;
  switch (start.from) {
    case StartFrom::kEarliest:
      if (partition.earliest > 0 && !start.accept_gap)
        return PushGap(key, partition.earliest, "the beginning is gone");
      cursor.next = partition.earliest;
      break;
    case StartFrom::kEnd:
      cursor.next = partition.records.size();
      break;
    case StartFrom::kPosition:
      if (start.position.log_id != topic.log_id)
        return PushGap(key, partition.earliest, "another log");
      if (start.position.offset > partition.records.size())
        return PushGap(key, partition.records.size(), "the position is past the end");
      if (start.position.offset < partition.earliest && !start.accept_gap) {
        return PushGap(key, partition.earliest, "the position is before the earliest record");
      }
      cursor.next = std::max(start.position.offset, partition.earliest);
      break;
  }
  cursor.started = true;
}

void MemorySubscription::Done(const std::string& topic, uint32_t partition, uint64_t next_offset,
                              uint64_t records, uint64_t bytes) {
  static_cast<void>(topic);
  static_cast<void>(partition);
  static_cast<void>(next_offset);
  outstanding_records_ -= std::min(outstanding_records_, records);
  outstanding_bytes_ -= std::min(outstanding_bytes_, bytes);
  bus_.changed_.NotifyAll();
}

void MemorySubscription::Released(uint64_t generation) {
  static_cast<void>(generation);
  absl::btree_map<MemoryBus::Key, Cursor> kept;
  for (auto& [key, cursor] : cursors_) {
    const auto owned = group().partitions.find(key);
    if (owned->second.owner == this && !owned->second.revoking) kept.emplace(key, cursor);
  }
  cursors_ = std::move(kept);
  bus_.Released(group(), *this);
}

}  // namespace maru::events
