#include "common/events/memory_bus.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/events/memory_subscription.h"

namespace maru::events {

class MemoryPublisher final : public Publisher {
 public:
  MemoryPublisher(MemoryBus& bus, std::string topic, uint64_t epoch)
      : bus_(bus), topic_(std::move(topic)), epoch_(epoch) {}

  async::Task<absl::StatusOr<uint64_t>> Open() override {
    co_await bus_.executor_.Yield();
    while (bus_.down_) co_await bus_.changed_.Wait();
    MemoryBus::Topic& topic = bus_.TopicOf(topic_);
    if (epoch_ < topic.epoch)
      co_return absl::FailedPreconditionError("FENCED: a newer epoch has published");
    topic.epoch = epoch_;
    connection_ = bus_.connection_;
    co_return topic.mark;
  }

  async::Task<absl::Status> Send(std::vector<Record> records) override {
    co_await bus_.executor_.Yield();
    if (!connected()) co_return Broken();
    if (bus_.disk_full_) co_return absl::ResourceExhaustedError("the broker's disk is full");
    MemoryBus::Topic& topic = bus_.TopicOf(topic_);
    for (Record& record : records) CO_RETURN_IF_ERROR(bus_.AppendRecord(topic, std::move(record)));
    bus_.changed_.NotifyAll();
    co_return absl::OkStatus();
  }

  async::Task<absl::StatusOr<uint64_t>> Acked(uint64_t after) override {
    while (connected() && (bus_.lose_acks_ || bus_.TopicOf(topic_).mark <= after)) {
      co_await bus_.changed_.Wait();
    }
    if (!connected()) co_return Broken();
    co_return bus_.TopicOf(topic_).mark;
  }

 private:
  bool connected() const { return connection_ == bus_.connection_ && !bus_.down_; }
  static absl::Status Broken() { return absl::UnavailableError("the stream broke"); }

  MemoryBus& bus_;
  const std::string topic_;
  const uint64_t epoch_;
  uint64_t connection_ = 0;
};

MemoryBus::MemoryBus(async::Executor& executor) : executor_(executor), changed_(executor) {}

MemoryBus::~MemoryBus() = default;

std::unique_ptr<Publisher> MemoryBus::NewPublisher(std::string topic, uint64_t epoch) {
  return std::make_unique<MemoryPublisher>(*this, std::move(topic), epoch);
}

std::unique_ptr<Subscription> MemoryBus::Subscribe(SubscriptionOptions options) {
  return std::make_unique<MemorySubscription>(*this, std::move(options));
}

MemoryBus::Topic& MemoryBus::TopicOf(const std::string& name) {
  Topic& topic = topics_[name];
  if (topic.log_id.empty()) topic.log_id = absl::StrCat("log-", ++last_log_);
  return topic;
}

absl::Status MemoryBus::AppendRecord(Topic& topic, Record record) {
  if (record.sequence <= topic.mark) return absl::OkStatus();  // a resend
  if (record.sequence != topic.mark + 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("SEQUENCE_HOLE: ", record.sequence, " after ", topic.mark));
  }
  topic.mark = record.sequence;
  topic.partitions[PartitionOf(record.key)].records.push_back(std::move(record));
  return absl::OkStatus();
}

void MemoryBus::Disconnect() {
  ++connection_;
  changed_.NotifyAll();
}

void MemoryBus::SetDown(bool down) {
  down_ = down;
  Disconnect();
}

void MemoryBus::LoseAcks(bool lose) {
  lose_acks_ = lose;
  changed_.NotifyAll();
}

void MemoryBus::Reassign(bool ask) {
  for (auto& [name, group] : groups_) {
    ++group.rotation;
    absl::btree_map<MemorySubscription*, Revoked> revoked;
    for (auto& [key, ownership] : group.partitions) {
      if (ownership.owner == nullptr) continue;
      if (ask) {
        ownership.revoking = true;
        revoked[ownership.owner].partitions.push_back(key);
      } else {
        ownership = {};
      }
    }
    for (auto& [member, what] : revoked) {
      what.generation = group.generation;
      member->control_.push_back(std::move(what));
    }
    Settle(group);
  }
  changed_.NotifyAll();
}

void MemoryBus::RecreateTopic(const std::string& name) {
  topics_.erase(name);
  Disconnect();
}

void MemoryBus::Truncate(const std::string& topic, uint32_t partition, uint64_t earliest) {
  TopicOf(topic).partitions[partition].earliest = earliest;
  Disconnect();
}

void MemoryBus::Damage(const std::string& topic, uint32_t partition, uint64_t offset) {
  TopicOf(topic).partitions[partition].damaged.insert(offset);
}

void MemoryBus::RewindMark(const std::string& name, uint64_t mark) {
  Topic& topic = TopicOf(name);
  topic.mark = mark;
  for (Partition& partition : topic.partitions) {
    std::erase_if(partition.records,
                  [mark](const Record& record) { return record.sequence > mark; });
  }
  Disconnect();
}

uint64_t MemoryBus::Append(const std::string& name, std::string key, std::string value) {
  Topic& topic = TopicOf(name);
  const uint64_t sequence = topic.mark + 1;
  MARU_CHECK(AppendRecord(topic, {sequence, std::move(key), std::move(value)}).ok());
  changed_.NotifyAll();
  return sequence;
}

void MemoryBus::AppendRaw(const std::string& name, Record record) {
  const uint32_t partition = PartitionOf(record.key);
  TopicOf(name).partitions[partition].records.push_back(std::move(record));
  changed_.NotifyAll();
}

const std::vector<Record>& MemoryBus::log(const std::string& topic, uint32_t partition) {
  return TopicOf(topic).partitions[partition].records;
}

std::vector<Record> MemoryBus::records(const std::string& topic) {
  std::vector<Record> all;
  for (const Partition& partition : TopicOf(topic).partitions) {
    all.insert(all.end(), partition.records.begin(), partition.records.end());
  }
  std::sort(all.begin(), all.end(),
            [](const Record& a, const Record& b) { return a.sequence < b.sequence; });
  return all;
}

uint64_t MemoryBus::outstanding_records() const {
  uint64_t records = 0;
  for (const auto& [name, group] : groups_) {
    for (const MemorySubscription* member : group.members) records += member->outstanding_records_;
  }
  return records;
}

void MemoryBus::Join(Group& group, MemorySubscription& member) {
  group.members.push_back(&member);
  for (const std::string& topic : member.options_.topics) {
    for (uint32_t partition = 0; partition < kPartitions; ++partition)
      group.partitions[{topic, partition}];
  }
  Settle(group);
}

void MemoryBus::Leave(Group& group, MemorySubscription& member) {
  std::erase(group.members, &member);
  for (auto& [key, ownership] : group.partitions) {
    if (ownership.owner == &member) ownership = {};
  }
  Settle(group);
}

void MemoryBus::Released(Group& group, MemorySubscription& member) {
  for (auto& [key, ownership] : group.partitions) {
    if (ownership.owner == &member && ownership.revoking) ownership = {};
  }
  Settle(group);
}

void MemoryBus::Settle(Group& group) {
  ++group.generation;
  absl::btree_map<MemorySubscription*, Assigned> assigned;
  absl::btree_map<MemorySubscription*, Revoked> revoked;
  size_t turn = group.rotation;
  for (auto& [key, ownership] : group.partitions) {
    if (group.members.empty()) return;
    MemorySubscription* to = group.members[turn++ % group.members.size()];
    if (ownership.owner == nullptr) {
      ownership.owner = to;
      const Topic& topic = TopicOf(key.first);
      const Partition& partition = topic.partitions[key.second];
      to->cursors_[key] = {group.generation, false, false, 0, 0};
      assigned[to].partitions.push_back(
          {key.first, key.second, topic.log_id, partition.earliest, partition.records.size()});
    } else if (ownership.owner != to && !ownership.revoking) {
      ownership.revoking = true;
      revoked[ownership.owner].partitions.push_back(key);
    }
  }
  for (auto& [member, what] : revoked) {
    what.generation = group.generation;
    member->control_.push_back(std::move(what));
  }
  for (auto& [member, what] : assigned) {
    what.generation = group.generation;
    member->control_.push_back(std::move(what));
  }
  changed_.NotifyAll();
}

}  // namespace maru::events
