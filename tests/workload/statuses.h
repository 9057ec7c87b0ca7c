// Statuses: what readers were shown of where things stand. Nothing ever goes back.
#ifndef MARU_TESTS_WORKLOAD_STATUSES_H_
#define MARU_TESTS_WORKLOAD_STATUSES_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace maru::workload {

// Of the statuses that a context shows of its rows: numbers that may only rise.
class Statuses {
 public:
  // The lowest that a read which begins now may show of a row; 0: it need not be there.
  int Floor(const std::string& context, const std::string& id) const {
    const auto found = highest_.find({context, id});
    return found == highest_.end() ? 0 : found->second;
  }
  void Saw(const std::string& context, const std::string& id, int status) {
    int& highest = highest_[{context, id}];
    highest = std::max(highest, status);
  }

 private:
  std::map<std::pair<std::string, std::string>, int> highest_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_STATUSES_H_
