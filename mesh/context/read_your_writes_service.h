// Reading one's own writes (domain.md, "Common rules"): queries of a service wait until what the
// caller wants to see has taken effect here.
#ifndef MARU_MESH_CONTEXT_READ_YOUR_WRITES_SERVICE_H_
#define MARU_MESH_CONTEXT_READ_YOUR_WRITES_SERVICE_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "common/rpc/service.h"

namespace maru::mesh {

// Completes when what the call wants to see is there; an error is the answer. `call` outlives the
// task.
using WaitForPosition = std::function<async::Task<absl::Status>(const rpc::CallContext& call)>;

// `service`, with `wait` before each query, unary or server stream, that comes with a position.
// Other calls pass as they are.
std::unique_ptr<rpc::Service> WithReadYourWrites(std::unique_ptr<rpc::Service> service,
                                                 WaitForPosition wait);

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_READ_YOUR_WRITES_SERVICE_H_
