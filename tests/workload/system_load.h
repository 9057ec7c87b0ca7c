// SystemLoad: all that people do to one system, and what must be true of it afterwards.
#ifndef MARU_TESTS_WORKLOAD_SYSTEM_LOAD_H_
#define MARU_TESTS_WORKLOAD_SYSTEM_LOAD_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/base/clock.h"

namespace maru::workload {

// On the thread of its Api. Its tasks are finished before it is destroyed.
class SystemLoad {
 public:
  virtual ~SystemLoad() = default;

  // Lets everybody act until `until`, and waits until each has heard what became of its last
  // command or has given up. May be called again, also after Check.
  virtual async::Task<> Run(Instant until) = 0;

  // After Run, once no fault is under way: whether everything comes to rest within `within` and is
  // then exactly as acknowledged, and no reply broke a rule. What is wrong, or an empty text.
  virtual async::Task<std::string> Check(absl::Duration within) = 0;

  // Commands whose outcome is known.
  virtual uint64_t acknowledged() const = 0;

  // --- A second round, where there is an operator for it (System::has_operator) ---

  // After a Check that found nothing: an operator removes from the logs what everybody has read.
  // False: they are not known any more.
  virtual async::Task<bool> ForgetLogs() { co_return false; }
  // Then everybody acts again, as in Run.
  virtual async::Task<> RunAgain(Instant) { co_return; }
  // After a Check of that: whether the view can be rebuilt from logs that lack their beginning, and
  // everything comes to rest then. As Check.
  virtual async::Task<std::string> RebuildFromRest(absl::Duration) { co_return std::string(); }
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_SYSTEM_LOAD_H_
