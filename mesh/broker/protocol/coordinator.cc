#include "mesh/broker/protocol/coordinator.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "common/base/status.h"
#include "maru/broker/v1/errors.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::broker {

async::Task<absl::StatusOr<Group*>> Coordinator::Enter(std::string group, std::string store_id) {
  if (resetting_.contains(group)) co_return options::v1::errors::NotServing();
  CO_ASSIGN_OR_RETURN(const std::string bound, co_await log_.BindGroup(group, store_id));
  if (bound != store_id) co_return v1::errors::ForeignStore(group, bound);
  std::unique_ptr<Group>& entry = groups_[group];
  if (entry == nullptr) entry = std::make_unique<Group>(group, executor_, log_, generations_);
  co_return entry.get();
}

async::Task<absl::Status> Coordinator::Reset(std::string group) {
  const auto found = groups_.find(group);
  if (found != groups_.end() && !found->second->empty()) co_return v1::errors::GroupActive(group);
  if (!resetting_.insert(group).second) co_return options::v1::errors::NotServing();
  const auto forget = absl::MakeCleanup([this, &group] { resetting_.erase(group); });
  co_return co_await log_.UnbindGroup(group);
}

const Group* Coordinator::Find(const std::string& group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : found->second.get();
}

}  // namespace maru::broker
