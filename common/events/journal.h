// Journal: what the runtime of events has to tell people. mesh/context writes it to the log; tests
// keep it.
#ifndef MARU_COMMON_EVENTS_JOURNAL_H_
#define MARU_COMMON_EVENTS_JOURNAL_H_

#include <string_view>

#include "absl/status/status.h"

namespace maru::events {

// Executor's thread only.
class Journal {
 public:
  virtual ~Journal() = default;
  // Passes by itself: a lost connection, a full disk. `where` is "relay", "view@2", "policies", …
  virtual void Warn(std::string_view where, std::string_view what, const absl::Status& why) = 0;
  // Needs an operator: publishing has stopped, an event is DEAD, a log has lost records.
  virtual void Error(std::string_view where, std::string_view what, const absl::Status& why) = 0;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_JOURNAL_H_
