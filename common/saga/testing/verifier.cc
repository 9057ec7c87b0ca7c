#include "common/saga/testing/verifier.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/saga/testing/course.h"

namespace maru::saga::testing {

VerifierResult VerifySubject(Books& books, const Subject& subject, VerifierOptions options) {
  VerifierResult result;
  std::vector<Script> scripts = {{}};
  for (int deviations = 0; deviations <= options.deviations; ++deviations) {
    std::vector<Script> longer;
    for (const Script& script : scripts) {
      Course course(subject, books, script);
      const absl::Status status = course.Run();
      ++result.runs;
      if (!status.ok()) {
        result.status = absl::InternalError(
            absl::StrCat(ToAbsl(ToStd(status.message())), ", after\n", course.Story()));
        return result;
      }
      if (deviations == options.deviations) continue;
      const size_t behind = script.empty() ? 0 : script.back().choice + 1;
      for (size_t choice = behind; choice < course.alternatives().size(); ++choice) {
        for (size_t other = 1; other < course.alternatives()[choice]; ++other) {
          longer.push_back(script);
          longer.back().push_back({choice, other});
        }
      }
    }
    scripts = std::move(longer);
  }
  return result;
}

}  // namespace maru::saga::testing
