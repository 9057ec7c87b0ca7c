#include "tests/harness/actor.h"

#include <poll.h>

#include "common/base/os.h"

namespace maru::harness {

std::string NewRequestId() {
  OsRandom random;
  return workload::NewRequestId(random);
}

void PauseBeforeRetry() {
  poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kFirstRetryPause)));
}

}  // namespace maru::harness
