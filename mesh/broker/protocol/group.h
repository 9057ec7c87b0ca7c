// Group: members that share the partitions of some topics.
//
// A partition belongs to one member at a time. To move it, the broker revokes it, the member
// commits and releases it, and only then another one gets it; a member that does not release in
// time is expelled. Each assignment has a new generation, which grows across restarts of the
// broker, so that the group's store can refuse whoever comes too late.
#ifndef MARU_MESH_BROKER_PROTOCOL_GROUP_H_
#define MARU_MESH_BROKER_PROTOCOL_GROUP_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/async/executor.h"
#include "mesh/broker/log/log.h"
#include "mesh/broker/protocol/assignor.h"

namespace maru::broker {

// A member's stream. Executor's thread; calls only take note.
class GroupMember {
 public:
  virtual ~GroupMember() = default;
  virtual void OnAssigned(uint64_t generation, const std::vector<Share>& shares) = 0;
  virtual void OnRevoked(uint64_t generation, const std::vector<Share>& shares) = 0;
  // The member is out of the group; the stream ends with `why`. Leave is not called any more.
  virtual void OnExpelled(absl::Status why) = 0;
};

struct MemberInfo {
  std::string name;
  std::set<std::string> topics;
  absl::Duration session_timeout;
};

// As an operator sees it.
struct GroupReport {
  struct Partition {
    std::string topic;
    uint32_t partition = 0;
    std::string member;
    std::optional<uint64_t> next_offset;
  };
  uint64_t generation = 0;
  std::vector<MemberInfo> members;
  std::vector<Partition> partitions;
};

// Hands out generations: incarnation of the log, then a count.
class Generations {
 public:
  explicit Generations(uint32_t incarnation) : next_(uint64_t{incarnation} << 32) {}
  uint64_t Next() { return ++next_; }

 private:
  uint64_t next_;
};

class Group final : public TopicWatcher {
 public:
  // All outlive the group.
  Group(std::string name, async::Executor& executor, Log& log, Generations& generations);
  ~Group() override;

  // Adds a member; one of the same name is expelled. `stream` outlives its membership.
  void Join(MemberInfo info, GroupMember& stream);
  // Harmless when `stream` is not (any more) a member.
  void Leave(const std::string& member, GroupMember& stream);
  void Released(const std::string& member, uint64_t generation);
  void Progress(const std::string& member, const std::string& topic, uint32_t partition,
                uint64_t next_offset);

  bool empty() const { return members_.empty(); }
  GroupReport Report() const;

 private:
  struct Member {
    MemberInfo info;
    GroupMember* stream = nullptr;
    // Of the Revoke that is not answered yet; 0: none.
    uint64_t revoking = 0;
    std::set<Share> revoked;
    async::Timer expiry;
  };

  void OnTopicChanged(const Topic& topic) override;
  // Rebalances soon, once for everything that happens now.
  void Touch();
  void Rebalance();
  std::vector<Share> WantedShares() const;
  void Revoke(Member& member, std::vector<Share> shares);
  void Expire(std::string name);
  void Remove(const std::string& member);
  void WatchTopics(const std::set<std::string>& topics, bool watch);

  const std::string name_;
  async::Executor& executor_;
  Log& log_;
  Generations& generations_;
  uint64_t generation_ = 0;
  std::map<std::string, Member> members_;
  // Who has what now; while it is being revoked too.
  Assignment assignment_;
  std::map<std::pair<std::string, uint32_t>, uint64_t> progress_;
  // Topic -> members that read it, and the log that is assigned.
  std::map<std::string, int> readers_;
  std::map<std::string, uint32_t> known_logs_;
  async::Timer touched_;
  bool touched_pending_ = false;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_GROUP_H_
