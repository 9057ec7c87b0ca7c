// The opaque position of read-your-writes on the wire: base64url of event.v1.Position, in metadata
// `maru-position` and in request fields `position`.
#ifndef MARU_COMMON_RPC_POSITION_H_
#define MARU_COMMON_RPC_POSITION_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "maru/event/v1/event.pb.h"

namespace maru::rpc {

// Empty for a position without entries.
std::string EncodePosition(const event::v1::Position& position);

// An empty text is an empty position. INVALID_ARGUMENT/INVALID_POSITION: damaged, or larger than
// any that is handed out.
absl::StatusOr<event::v1::Position> DecodePosition(std::string_view text);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_POSITION_H_
