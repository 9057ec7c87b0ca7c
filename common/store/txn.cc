#include "common/store/txn.h"

namespace maru::store {

Cause Cause::Of(const rpc::CallContext& call) {
  Cause cause;
  cause.actor = call.actor;
  cause.traceparent = call.trace.Traceparent();
  cause.request_id = call.request_id;
  // A request without an id is known by its span.
  cause.causation_id = call.request_id.empty() ? call.trace.span_id : call.request_id;
  return cause;
}

}  // namespace maru::store
