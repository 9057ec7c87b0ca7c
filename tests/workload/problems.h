// What a checker found.
#ifndef MARU_TESTS_WORKLOAD_PROBLEMS_H_
#define MARU_TESTS_WORKLOAD_PROBLEMS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/message_differencer.h"

namespace maru::workload {

// Of one kind of problem; more would only hide the first.
inline constexpr size_t kMostProblems = 5;

// Collects the first few problems of a checker.
class Problems {
 public:
  void Add(const std::string& problem) {
    if (++count_ <= kMostProblems) first_.push_back(problem);
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

// What differs between an acknowledged row and the stored one; empty when nothing does.
inline std::string Difference(const std::string& what, const google::protobuf::Message& want,
                              const google::protobuf::Message& got) {
  if (google::protobuf::util::MessageDifferencer::Equals(want, got)) return "";
  return absl::StrCat(what, ": acknowledged {", want.ShortDebugString(), "}, stored {",
                      got.ShortDebugString(), "}");
}

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_PROBLEMS_H_
