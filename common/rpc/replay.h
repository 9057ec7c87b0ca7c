// ReplayLookup: what the dispatch wrapper asks before it runs a command with a request_id: was it
// answered before?
#ifndef MARU_COMMON_RPC_REPLAY_H_
#define MARU_COMMON_RPC_REPLAY_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "maru/event/v1/event.pb.h"

namespace maru::rpc {

// The first result of a command: hand it out as it is.
struct Recorded {
  // OK, or a refusal that left a row, with its details.
  absl::Status status;
  // The serialised reply of a success.
  std::string reply;
  // What the command and its callees published: goes back as metadata `maru-position`.
  event::v1::Position position;
};

class ReplayLookup {
 public:
  virtual ~ReplayLookup() = default;
  // nullopt: not answered before (or longer ago than results are kept): run it. The store looks
  // again inside the transaction, so two that run at once still have one effect.
  // INVALID_ARGUMENT/REQUEST_ID_REUSED: the request_id was used with other content. DATA_LOSS.
  // `key` outlives the task.
  virtual async::Task<absl::StatusOr<std::optional<Recorded>>> Find(const IdempotencyKey& key) = 0;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_REPLAY_H_
