// Coordinator: all groups of the broker. Executor's thread only.
#ifndef MARU_MESH_BROKER_PROTOCOL_COORDINATOR_H_
#define MARU_MESH_BROKER_PROTOCOL_COORDINATOR_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "mesh/broker/protocol/group.h"

namespace maru::broker {

class Coordinator {
 public:
  // Both outlive the coordinator; members have left before it is destroyed.
  Coordinator(async::Executor& executor, Log& log)
      : executor_(executor), log_(log), generations_(log.incarnation()) {}

  // The group, for a member whose state is in `store_id`; binds it durably to that store at first.
  // FAILED_PRECONDITION/FOREIGN_STORE: it is bound to another one. UNAVAILABLE: it is being reset.
  // Errors as of Log::BindGroup.
  async::Task<absl::StatusOr<Group*>> Enter(std::string group, std::string store_id);
  // Forgets the store of a group. NOT_FOUND/NOT_FOUND; FAILED_PRECONDITION/GROUP_ACTIVE: it has
  // members.
  async::Task<absl::Status> Reset(std::string group);
  // nullptr when nobody has joined since the broker started.
  const Group* Find(const std::string& group) const;

 private:
  async::Executor& executor_;
  Log& log_;
  Generations generations_;
  // Groups stay, for their lag, as their bindings do.
  std::map<std::string, std::unique_ptr<Group>> groups_;
  // Nobody enters these meanwhile.
  std::set<std::string> resetting_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_COORDINATOR_H_
