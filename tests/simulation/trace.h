// Trace: what happened in a run, in virtual time: a running hash of all of it, and, where wanted,
// to read.
#ifndef MARU_TESTS_SIMULATION_TRACE_H_
#define MARU_TESTS_SIMULATION_TRACE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"

namespace maru::simulation {

class Trace {
 public:
  // `keep`: lines() has all that happened.
  explicit Trace(bool keep) : keep_(keep) {}

  bool keeps() const { return keep_; }
  // Notes an event and its words, which must be the same in every run of the seed: no signatures,
  // no addresses, no bytes of messages (maps have no order).
  void Note(Instant when, std::initializer_list<std::string_view> words);
  // For readers alone.
  void Remark(Instant when, std::initializer_list<std::string_view> words);

  uint64_t hash() const { return hash_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const bool keep_;
  uint64_t hash_ = 0xcbf29ce484222325;
  std::vector<std::string> lines_;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_TRACE_H_
