// What a checker found.
#ifndef MARU_TESTS_WORKLOAD_PROBLEMS_H_
#define MARU_TESTS_WORKLOAD_PROBLEMS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/message.h"

namespace maru::workload {

// Of one kind of problem; more would only hide the first.
inline constexpr size_t kMostProblems = 5;

// Collects the first few problems of a checker.
class Problems {
 public:
  void Add(const std::string& problem) {
    if (++count_ <= kMostProblems) first_.push_back(problem);
  }
  // Unless the stored row is the acknowledged one.
  void AddDifference(const std::string& what, const google::protobuf::Message& acknowledged,
                     const google::protobuf::Message& stored) {
    if (acknowledged.SerializeAsString() == stored.SerializeAsString()) return;
    Add(absl::StrCat(what, ": acknowledged {", acknowledged.ShortDebugString(), "}, stored {",
                     stored.ShortDebugString(), "}"));
  }
  std::string ToString() const {
    std::string text = absl::StrJoin(first_, "\n");
    if (count_ > kMostProblems) absl::StrAppend(&text, "\n… and ", count_ - kMostProblems, " more");
    return text;
  }

 private:
  size_t count_ = 0;
  std::vector<std::string> first_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_PROBLEMS_H_
