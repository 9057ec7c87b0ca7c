// For tests: holds the diagram in a README against the declaration.
#ifndef MARU_COMMON_SAGA_TESTING_README_H_
#define MARU_COMMON_SAGA_TESTING_README_H_

#include <string>

#include "absl/status/status.h"
#include "common/saga/declaration.h"

namespace maru::saga::testing {

// `readme`: from the root of the repository ("services/food/order/README.md"). The diagram is the
// mermaid block behind the line `<!-- saga: <name> -->`.
//
// FAILED_PRECONDITION: it is missing or differs; the message says how to bring it up to date: run
// the test with MARU_REWRITE=1, which writes the block (behind its line, or at the end).
absl::Status CheckReadme(const Declaration& saga, const std::string& readme);

}  // namespace maru::saga::testing

#endif  // MARU_COMMON_SAGA_TESTING_README_H_
