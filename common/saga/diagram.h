// Diagram: a declared saga as a mermaid state diagram, for the README of its context.
#ifndef MARU_COMMON_SAGA_DIAGRAM_H_
#define MARU_COMMON_SAGA_DIAGRAM_H_

#include <string>

#include "absl/time/time.h"
#include "common/saga/declaration.h"

namespace maru::saga {

// `pending_limit`: of SagaOptions, where the declaration has none.
std::string Diagram(const Declaration& saga, absl::Duration pending_limit = absl::Seconds(30));

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_DIAGRAM_H_
