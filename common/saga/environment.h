// Environment: what sagas and timers work with.
#ifndef MARU_COMMON_SAGA_ENVIRONMENT_H_
#define MARU_COMMON_SAGA_ENVIRONMENT_H_

#include "common/async/executor.h"
#include "common/base/random.h"
#include "common/events/journal.h"
#include "common/store/store.h"
#include "prometheus/registry.h"

namespace maru::saga {

// All of it outlives those who hold it.
struct Environment {
  async::Executor& executor;
  Random& random;
  maru::store::Store& store;
  events::Journal& journal;
  prometheus::Registry& registry;
};

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_ENVIRONMENT_H_
