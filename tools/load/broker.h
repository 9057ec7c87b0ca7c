// Load on the broker through its client library: publishing and catching up.
#ifndef MARU_TOOLS_LOAD_BROKER_H_
#define MARU_TOOLS_LOAD_BROKER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace maru::load {

// The i-th producer is the deployment bench-p<i> and publishes to the topic bench.p<i>; their keys
// must be there.
struct PublishLoad {
  std::string address;
  std::string keys_folder;
  int streams = 1;
  // Records of one call of the client library.
  int batch = 1;
  int bytes = 128;
  // Sent and not yet acked, for each stream.
  uint64_t window = 16384;
  absl::Duration duration = absl::Seconds(5);
  absl::Duration warm_up = absl::Seconds(1);
};

struct ConsumeLoad {
  std::string address;
  std::string keys_folder;
  // Reads the topics of this many producers, from the beginning to where they ended when it began.
  int topics = 1;
};

struct BrokerResult {
  // Acked, or delivered, in the time that was measured.
  uint64_t records = 0;
  absl::Duration measured;
  absl::Duration own_cpu;
};

// Until every record that was sent is acked. An error of the broker ends it.
absl::StatusOr<BrokerResult> RunPublishLoad(const PublishLoad& load);
absl::StatusOr<BrokerResult> RunConsumeLoad(const ConsumeLoad& load);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_BROKER_H_
