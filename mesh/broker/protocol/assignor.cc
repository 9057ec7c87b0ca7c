#include "mesh/broker/protocol/assignor.h"

#include <utility>

namespace maru::broker {
namespace {

using Members = std::map<std::string, std::set<std::string>>;
using Loads = std::map<std::string, size_t>;

// The member that reads `topic` and has least; the first by name among equals. Empty when nobody
// reads it.
std::string LeastLoaded(const Members& members, const Loads& loads, const std::string& topic) {
  std::string least;
  for (const auto& [name, topics] : members) {
    if (!topics.contains(topic)) continue;
    if (least.empty() || loads.at(name) < loads.at(least)) least = name;
  }
  return least;
}

// Moves one share from a member to one that has at least two less. False when there is none.
bool MoveOne(const Members& members, Loads& loads, Assignment& assignment) {
  for (auto& [share, owner] : assignment) {
    std::string least = LeastLoaded(members, loads, share.topic);
    if (loads.at(owner) < loads.at(least) + 2) continue;
    --loads.at(owner);
    ++loads.at(least);
    owner = std::move(least);
    return true;
  }
  return false;
}

}  // namespace

Assignment Assign(const std::vector<Share>& shares, const Members& members,
                  const Assignment& present) {
  Loads loads;
  for (const auto& [name, topics] : members) loads[name] = 0;
  Assignment assignment;
  for (const Share& share : shares) {
    const auto owner = present.find(share);
    if (owner == present.end()) continue;
    const auto member = members.find(owner->second);
    if (member == members.end() || !member->second.contains(share.topic)) continue;
    assignment[share] = owner->second;
    ++loads[owner->second];
  }
  for (const Share& share : shares) {
    if (assignment.contains(share)) continue;
    const std::string owner = LeastLoaded(members, loads, share.topic);
    if (owner.empty()) continue;
    assignment[share] = owner;
    ++loads[owner];
  }
  // Each move makes the sum of squares of the loads smaller: this ends.
  while (MoveOne(members, loads, assignment)) {
  }
  return assignment;
}

}  // namespace maru::broker
