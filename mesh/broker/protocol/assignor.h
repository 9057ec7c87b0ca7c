// Who reads which partition. Pure: the same members and partitions give the same answer.
#ifndef MARU_MESH_BROKER_PROTOCOL_ASSIGNOR_H_
#define MARU_MESH_BROKER_PROTOCOL_ASSIGNOR_H_

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace maru::broker {

// A partition of one log: a topic that is created anew has other ones.
struct Share {
  std::string topic;
  uint32_t partition = 0;
  uint32_t log = 0;

  auto operator<=>(const Share&) const = default;
};

using Assignment = std::map<Share, std::string>;

// Gives each of `shares` to a member that reads its topic; those that nobody reads are left out.
// Sticky: a share stays with the member that `present` names unless moving it brings two members
// closer together; members that read the same topics end up with numbers that differ by one at
// most. `members`: name -> topics.
Assignment Assign(const std::vector<Share>& shares,
                  const std::map<std::string, std::set<std::string>>& members,
                  const Assignment& present);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_ASSIGNOR_H_
