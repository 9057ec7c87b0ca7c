// Server reflection (v1 and v1alpha) over the descriptors that are linked into the program, as
// ordinary services of the dispatch table. The packaged plugin knows v1alpha only and does not list
// methods of generic services.
#ifndef MARU_COMMON_RPC_REFLECTION_H_
#define MARU_COMMON_RPC_REFLECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "common/rpc/service.h"

namespace maru::rpc {

// Both versions of the service. `services` are the full names that it lists, beside its own two;
// their files and all that these import can be asked for. Open to anybody (ROLE_OPEN): contracts
// are no secret; a deployment that thinks otherwise does not register it.
std::vector<std::unique_ptr<Service>> MakeReflection(std::vector<std::string> services);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_REFLECTION_H_
