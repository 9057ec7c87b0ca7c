// Conversions between absl::Time and google.protobuf.Timestamp.
#ifndef MARU_COMMON_BASE_TIMESTAMP_H_
#define MARU_COMMON_BASE_TIMESTAMP_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace maru {

// `time` is finite: what clocks and transactions give.
inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t seconds =
      absl::ToUnixSeconds(time);  // rounds down, so that nanos are never negative
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

inline absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace maru

#endif  // MARU_COMMON_BASE_TIMESTAMP_H_
