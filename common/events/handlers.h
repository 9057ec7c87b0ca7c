// Policies and View: what a context does when it hears an event. Two types, because a view can be
// rebuilt and a policy can not: a view gets no Emit, no ids and no timers.
//
//   class MessagePolicies {
//    public:
//     explicit MessagePolicies(events::Policies& on) {
//       on.Event<ReviewRegistered>("review", [this](store::Txn& txn, const event::v1::Event&
//       envelope, const ReviewRegistered& event) { … });
//     }
//   };
#ifndef MARU_COMMON_EVENTS_HANDLERS_H_
#define MARU_COMMON_EVENTS_HANDLERS_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/status.h"
#include "common/store/txn.h"
#include "maru/event/v1/event.pb.h"

namespace maru::events {

// The generation of a view's tables: part of their keys (design.md, store: settled).
using Generation = uint32_t;

// A view's transaction: writes to the tables of one generation; time is the event's.
struct ViewContext {
  maru::store::ViewTxn& txn;
  Generation generation;
};

// Handlers by topic and event type. `T` is what a handler gets to write with. Filled at start-up,
// constant afterwards.
template <class T>
class Handlers {
 public:
  // OK commits; any error parks the event (and later ones of its key) and is retried; see
  // subscriber.h. DATA_LOSS, UNAVAILABLE, RESOURCE_EXHAUSTED and INTERNAL from the store pause the
  // subscriber instead: hand them on.
  using Handler = std::function<absl::Status(T, const event::v1::Event& envelope)>;

  // `context` is a context of the same system ("review"): the topic is "<system>.review".
  // `fn(T, const event::v1::Event& envelope, const E& event)` -> absl::Status.
  template <class E, class Fn>
  void Event(std::string_view context, Fn fn) {
    auto handler = [fn = std::move(fn)](T to, const event::v1::Event& envelope) -> absl::Status {
      E event;
      if (!event.ParseFromString(envelope.data()))
        return absl::InvalidArgumentError("undecodable event data");
      return fn(to, envelope, event);
    };
    const bool fresh = by_topic_[std::string(context)]
                           .emplace(E::descriptor()->full_name(), std::move(handler))
                           .second;
    MARU_CHECK(fresh);
  }

  // context -> full event type -> handler.
  const auto& by_context() const { return by_topic_; }

 private:
  absl::btree_map<std::string, absl::btree_map<std::string, Handler>> by_topic_;
};

using Policies = Handlers<maru::store::Txn&>;
using View = Handlers<ViewContext>;

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_HANDLERS_H_
