// What a process says of itself at /metrics, in Prometheus' text format.
#ifndef MARU_TESTS_HARNESS_METRICS_H_
#define MARU_TESTS_HARNESS_METRICS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace maru::harness {

class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  // INVALID_ARGUMENT: a line that is no sample.
  static absl::StatusOr<Metrics> Parse(const std::string& text);

  // The sum of all samples of that name that carry these labels; 0 without any.
  double Sum(const std::string& name, const Labels& labels = {}) const;

 private:
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
  };
  std::vector<Sample> samples_;
};

// UNAVAILABLE: nobody answers at `address` ("127.0.0.1:17103").
absl::StatusOr<Metrics> ReadMetrics(const std::string& address);

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_METRICS_H_
