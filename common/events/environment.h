// Environment: what every part of the runtime of events works with.
#ifndef MARU_COMMON_EVENTS_ENVIRONMENT_H_
#define MARU_COMMON_EVENTS_ENVIRONMENT_H_

#include "common/async/executor.h"
#include "common/base/random.h"
#include "common/events/bus.h"
#include "common/events/journal.h"
#include "common/store/store.h"
#include "prometheus/registry.h"

namespace maru::events {

// All of it outlives those who hold it.
struct Environment {
  async::Executor& executor;
  Random& random;
  maru::store::Store& store;
  Bus& bus;
  Journal& journal;
  prometheus::Registry& registry;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_ENVIRONMENT_H_
