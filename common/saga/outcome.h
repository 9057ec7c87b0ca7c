// Outcome: what the status of a call says about its effect (domain.md, "Sync call contract").
#ifndef MARU_COMMON_SAGA_OUTCOME_H_
#define MARU_COMMON_SAGA_OUTCOME_H_

#include <string_view>

#include "absl/status/status.h"

namespace maru::saga {

enum class Outcome {
  kDone,
  // The callee decided against it: nothing happened, and nothing will for this business key.
  kRefused,
  // The callee surely did nothing, because it was not reached or had no room.
  kUnsent,
  // It may have happened, or may still happen.
  kUnknown,
};

Outcome OutcomeOf(const absl::Status& status);
// "done", "refused", "unsent", "unknown"
std::string_view NameOf(Outcome outcome);

// `status` with the row's id in its ErrorInfo; OUTCOME_PENDING where it has none.
absl::Status WithRowId(absl::Status status, std::string_view id);

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_OUTCOME_H_
