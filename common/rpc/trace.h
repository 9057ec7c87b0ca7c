// W3C trace context (https://www.w3.org/TR/trace-context/): reading the caller's `traceparent`,
// opening spans below it.
#ifndef MARU_COMMON_RPC_TRACE_H_
#define MARU_COMMON_RPC_TRACE_H_

#include <string_view>

#include "common/base/random.h"
#include "common/rpc/call_context.h"

namespace maru::rpc {

// A new span below the one that `traceparent` names; a new trace when it is empty or not
// well-formed (the standard asks to start over rather than to refuse).
Trace StartSpan(std::string_view traceparent, Random& random);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_TRACE_H_
