// Histogram: latencies in logarithmic buckets, 1 µs to 100 s, each bucket 2 % wide.
#ifndef MARU_TOOLS_LOAD_HISTOGRAM_H_
#define MARU_TOOLS_LOAD_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "absl/time/time.h"

namespace maru::load {

class Histogram {
 public:
  void Add(absl::Duration latency) {
    const double us = std::max(1.0, absl::ToDoubleMicroseconds(latency));
    const auto bucket = static_cast<size_t>(std::log(us) / kLogStep);
    ++counts_[std::min(bucket, counts_.size() - 1)];
    ++total_;
  }

  uint64_t total() const { return total_; }

  // Microseconds below which `fraction` (0–1) of the latencies lie; 0 without any.
  double PercentileUs(double fraction) const {
    const auto rank = static_cast<uint64_t>(fraction * static_cast<double>(total_));
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > rank) return std::exp((static_cast<double>(i) + 0.5) * kLogStep);
    }
    return 0;
  }

 private:
  static constexpr double kLogStep = 0.0198026;  // ln 1.02
  std::array<uint64_t, 932> counts_{};           // 1.02^932 µs = 100 s
  uint64_t total_ = 0;
};

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_HISTOGRAM_H_
