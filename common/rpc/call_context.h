// CallContext: what travels with a call: who acts, until when, under which trace, and what was
// published on the way.
#ifndef MARU_COMMON_RPC_CALL_CONTEXT_H_
#define MARU_COMMON_RPC_CALL_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "maru/event/v1/event.pb.h"
#include "maru/options/v1/options.pb.h"

namespace maru::rpc {

using Role = options::v1::Role;

// A set of roles, as a bit per value of options.v1.Role.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (Role role : roles) bits_ |= Bit(role);
  }
  constexpr void Add(Role role) { bits_ |= Bit(role); }
  constexpr bool Has(Role role) const { return (bits_ & Bit(role)) != 0; }
  constexpr bool Intersects(Roles other) const { return (bits_ & other.bits_) != 0; }

 private:
  static constexpr uint32_t Bit(Role role) { return uint32_t{1} << static_cast<int>(role); }
  uint32_t bits_ = 0;
};

// A verified actor. Immutable once made; shared by all calls that came with the same token.
struct Identity {
  // Claim `sub`: "kim", or a deployment ("datecourse-review") when Has(ROLE_SERVICE).
  std::string subject;
  Roles roles;
  // Claim `store_ids`: the stores of an owner.
  std::vector<std::string> store_ids;

  bool Is(Role role) const { return roles.Has(role); }
  bool OwnsStore(std::string_view store_id) const;
};

// W3C trace context of this call: a span of its own below the caller's.
struct Trace {
  std::string trace_id;        // 32 hex digits
  std::string span_id;         // 16 hex digits, of this call
  std::string parent_span_id;  // 16 hex digits, empty at the root
  bool sampled = false;

  // "00-<trace_id>-<span_id>-<flags>"
  std::string Traceparent() const;
};

// Identifies a command with a request_id for replay (domain.md, "Commands are idempotent").
struct IdempotencyKey {
  std::string principal;   // Identity::subject
  std::string method;      // full name
  std::string request_id;  // lower case UUID
  std::string sha256;      // 32 bytes over the serialised request without its request_id
};

// One call as a handler sees it. Lives in the frame of the dispatch wrapper, outlives the handler's
// frame, and stays on the executor's thread.
class CallContext {
 public:
  std::shared_ptr<const Identity> identity;
  // Full method name: "maru.datecourse.review.v1.ReviewService/WriteReview".
  std::string_view method;
  // Never InfiniteFuture for unary methods.
  Instant deadline;
  Trace trace;
  // The caller's request_id, or empty.
  std::string request_id;
  // Subject of the actor at the start of the flow; for calls between contexts the user on whose
  // behalf (metadata `maru-actor-bin`, believed from services only), else identity->subject.
  std::string actor;
  // Set for commands with a request_id: the store records their result under it.
  std::optional<IdempotencyKey> idempotency;
  // Read-your-writes: what a query waits for (metadata `maru-position` or the request field
  // `position`).
  event::v1::Position wanted;

  // What this call and its callees published so far; goes back as metadata `maru-position`. Mutable
  // although handlers get a const CallContext&: publishing is the runtime's business, not the
  // handler's.
  void Published(const event::v1::PositionEntry& entry) const;
  void Published(const event::v1::Position& position) const;
  const event::v1::Position& published() const { return published_; }

 private:
  mutable event::v1::Position published_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_CALL_CONTEXT_H_
