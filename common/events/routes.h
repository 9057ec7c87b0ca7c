// Routes: which handler takes an event of which topic. Made from the Policies of a context or from
// one generation of its View; constant afterwards.
#ifndef MARU_COMMON_EVENTS_ROUTES_H_
#define MARU_COMMON_EVENTS_ROUTES_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "common/events/handlers.h"
#include "common/store/txn.h"
#include "maru/event/v1/event.pb.h"

namespace maru::events {

// Any thread may read it.
class Routes {
 public:
  using Handler = std::function<absl::Status(maru::store::Txn&, const event::v1::Event&)>;

  // Topics are "<system>.<context>". What the handlers refer to outlives the routes.
  static Routes Of(std::string_view system, const Policies& policies);
  static Routes Of(std::string_view system, const View& view, Generation generation);

  // In order.
  std::vector<std::string> topics() const;
  bool Reads(std::string_view topic) const;
  // Null: this context has nothing to do with that type.
  const Handler* Find(std::string_view topic, std::string_view type) const;

 private:
  using Types = absl::btree_map<std::string, Handler, std::less<>>;
  absl::btree_map<std::string, Types, std::less<>> by_topic_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_ROUTES_H_
