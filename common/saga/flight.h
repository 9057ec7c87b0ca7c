// Flight: a saga that has not ended, as its driver (sagas.cc) and those who wait for it
// (commands.cc) know it.
#ifndef MARU_COMMON_SAGA_FLIGHT_H_
#define MARU_COMMON_SAGA_FLIGHT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/async/signal.h"
#include "common/rpc/call_context.h"
#include "common/rpc/trace.h"
#include "common/saga/sagas.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::saga {

// The context in which a saga calls and writes: that of the command that began it, but for the
// deadline, which is each attempt's.
inline rpc::CallContext ContextOf(const disk::Saga& record, std::string_view method,
                                  Random& random) {
  const disk::Origin& origin = record.origin();
  rpc::CallContext call;
  auto identity = std::make_shared<rpc::Identity>();
  identity->subject = origin.principal();
  call.identity = std::move(identity);
  call.method = method;
  call.trace = rpc::StartSpan(origin.traceparent(), random);
  call.request_id = origin.request_id();
  call.actor = origin.actor();
  call.Published(record.published());
  return call;
}

struct Sagas::Flight {
  Flight(const Environment& env, const Declaration& declared, std::string row_id,
         const disk::Saga& stored)
      : saga(declared),
        id(std::move(row_id)),
        method(stored.origin().method()),
        record(stored),
        call(ContextOf(stored, method, env.random)),
        changed(env.executor),
        answer(options::v1::errors::OutcomePending(id)) {}

  bool has_ended() const { return row != nullptr && saga.state_of(*row) != State::kPending; }
  Reason reason() const { return static_cast<Reason>(record.reason()); }

  const Declaration& saga;
  const std::string id;
  const std::string method;
  // As committed last. `row` is null until it is loaded.
  disk::Saga record;
  std::unique_ptr<Message> row;
  rpc::CallContext call;
  async::Signal changed;
  // An attempt of the step under way had an unknown outcome (or may have had: after a restart).
  bool maybe_sent = false;
  // An attempt has failed; another one is made when somebody asks, or at `retry_at`.
  bool resting = false;
  bool asked = false;
  Instant retry_at;
  uint32_t failures = 0;
  // Until then somebody may come back.
  Instant limit;
  // How often those who wait were told that the outcome is not known, and what they were told; OK:
  // the row is accepted as it is.
  uint64_t told = 0;
  absl::Status answer;
};

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_FLIGHT_H_
