// Server reflection (grpc.reflection.v1 and v1alpha) over the descriptors that are linked into the process: what grpcurl
// and its like list and describe services with.
#ifndef MARU_COMMON_RPC_REFLECTION_H_
#define MARU_COMMON_RPC_REFLECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "common/rpc/service.h"

namespace maru::rpc {

enum class ReflectionVersion { kV1, kV1Alpha };

// "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection".
std::string_view ReflectionServiceName(ReflectionVersion version);

// Lists `services` (those that are served; see Dispatcher::service_names) and describes whatever is linked. Open to
// anybody. Register it only where contracts may be read by anybody who can connect.
std::unique_ptr<Service> MakeReflectionService(ReflectionVersion version, std::vector<std::string> services);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_REFLECTION_H_
