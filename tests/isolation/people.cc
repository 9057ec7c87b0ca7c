#include "tests/isolation/people.h"

#include "absl/strings/str_join.h"

namespace maru::harness {

std::vector<std::string> People::Tries() const {
  std::vector<std::string> names;
  for (const auto& [name, attempt] : tries_) names.push_back(name);
  return names;
}

std::string People::problems() const {
  const MutexLock lock(mutex_);
  return absl::StrJoin(problems_, "\n");
}

void People::Wrong(const std::string& what) {
  const MutexLock lock(mutex_);
  problems_.push_back(what);
}

}  // namespace maru::harness
