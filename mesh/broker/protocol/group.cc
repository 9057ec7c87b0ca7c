#include "mesh/broker/protocol/group.h"

#include <utility>

#include "common/async/rare.h"
#include "common/base/status.h"
#include "maru/broker/v1/errors.maru.h"

namespace maru::broker {

Group::Group(std::string name, async::Executor& executor, Log& log, Generations& generations)
    : name_(std::move(name)), executor_(executor), log_(log), generations_(generations) {}

Group::~Group() {
  for (const auto& [topic, readers] : readers_) log_.Unwatch(topic, *this);
}

void Group::Join(MemberInfo info, GroupMember& stream) {
  if (const auto older = members_.find(info.name); older != members_.end()) {
    older->second.stream->OnExpelled(v1::errors::MemberReplaced(info.name));
    Remove(info.name);
  }
  WatchTopics(info.topics, true);
  const std::string name = info.name;
  Member& member = members_[name];
  member.info = std::move(info);
  member.stream = &stream;
  Touch();
}

void Group::Leave(const std::string& member, GroupMember& stream) {
  const auto found = members_.find(member);
  if (found != members_.end() && found->second.stream == &stream) Remove(member);
}

void Group::Remove(const std::string& member) {
  const auto found = members_.find(member);
  WatchTopics(found->second.info.topics, false);
  members_.erase(found);
  std::erase_if(assignment_, [&](const auto& share) { return share.second == member; });
  Touch();
}

void Group::Released(const std::string& member, uint64_t generation) {
  const auto found = members_.find(member);
  if (found == members_.end() || found->second.revoking != generation || generation == 0) return;
  Member& from = found->second;
  for (const Share& share : from.revoked) assignment_.erase(share);
  from.revoked.clear();
  from.revoking = 0;
  from.expiry.Cancel();
  Touch();
}

void Group::Progress(const std::string& member, const std::string& topic, uint32_t partition,
                     uint64_t next_offset) {
  // Late reports of a member that has lost the partition would make lag jump.
  const auto log = known_logs_.find(topic);
  if (log == known_logs_.end()) return;
  const auto owner = assignment_.find(Share{topic, partition, log->second});
  if (owner == assignment_.end() || owner->second != member) return;
  progress_[{topic, partition}] = next_offset;
}

void Group::OnTopicChanged(const Topic& topic) {
  const uint32_t log = topic.exists() ? topic.log : 0;
  uint32_t& known = known_logs_[topic.name];
  if (known == log) return;  // records were appended
  known = log;
  for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
    progress_.erase({topic.name, partition});
  }
  Touch();
}

void Group::WatchTopics(const std::set<std::string>& topics, bool watch) {
  for (const std::string& topic : topics) {
    int& readers = readers_[topic];
    if (watch && ++readers == 1) {
      log_.Watch(topic, *this);
      const Topic* existing = log_.Find(topic);
      known_logs_[topic] = existing != nullptr ? existing->log : 0;
    }
    if (!watch && --readers == 0) {
      log_.Unwatch(topic, *this);
      readers_.erase(topic);
      known_logs_.erase(topic);
    }
  }
}

void Group::Touch() {
  if (touched_pending_) return;
  touched_pending_ = true;
  touched_ = async::Timer(executor_, executor_.Now(), [this] {
    touched_pending_ = false;
    Rebalance();
  });
}

std::vector<Share> Group::WantedShares() const {
  std::vector<Share> shares;
  for (const auto& [topic, log] : known_logs_) {
    if (log == 0) continue;
    for (uint32_t partition = 0; partition < events::kPartitions; ++partition)
      shares.push_back({topic, partition, log});
  }
  return shares;
}

void Group::Rebalance() {
  std::map<std::string, std::set<std::string>> topics;
  for (const auto& [name, member] : members_) topics[name] = member.info.topics;
  const Assignment target = Assign(WantedShares(), topics, assignment_);

  std::map<std::string, std::vector<Share>> lost;
  for (const auto& [share, owner] : assignment_) {
    const auto wanted = target.find(share);
    if (wanted == target.end() || wanted->second != owner) lost[owner].push_back(share);
  }
  for (auto& [name, shares] : lost) {
    Member& member = members_.at(name);
    // One revocation at a time; its answer rebalances again.
    if (member.revoking == 0) Revoke(member, std::move(shares));
  }
  std::map<std::string, std::vector<Share>> gained;
  for (const auto& [share, owner] : target) {
    if (!assignment_.contains(share)) gained[owner].push_back(share);
  }
  if (gained.empty()) return;
  generation_ = generations_.Next();
  for (const auto& [name, shares] : gained) {
    for (const Share& share : shares) assignment_[share] = name;
    members_.at(name).stream->OnAssigned(generation_, shares);
  }
}

void Group::Revoke(Member& member, std::vector<Share> shares) {
  generation_ = generations_.Next();
  member.revoking = generation_;
  member.revoked = {shares.begin(), shares.end()};
  const absl::Duration timeout = executor_.Rarely(async::Rare::kEarlyExpiry)
                                     ? absl::ZeroDuration()
                                     : member.info.session_timeout;
  member.expiry = async::Timer(executor_, executor_.Now() + timeout,
                               [this, name = member.info.name] { Expire(name); });
  member.stream->OnRevoked(generation_, shares);
}

void Group::Expire(std::string name) {
  members_.at(name).stream->OnExpelled(
      v1::errors::SessionExpired("revoked partitions were not released"));
  Remove(name);
}

GroupReport Group::Report() const {
  GroupReport report;
  report.generation = generation_;
  for (const auto& [name, member] : members_) report.members.push_back(member.info);
  for (const Share& share : WantedShares()) {
    GroupReport::Partition partition{share.topic, share.partition, {}, {}};
    if (const auto owner = assignment_.find(share); owner != assignment_.end())
      partition.member = owner->second;
    const auto progress = progress_.find({share.topic, share.partition});
    if (progress != progress_.end()) partition.next_offset = progress->second;
    report.partitions.push_back(std::move(partition));
  }
  return report;
}

}  // namespace maru::broker
