// Conversions between absl::Duration and google.protobuf.Duration. A time to live is never infinite
// on the wire.
#ifndef MARU_MESH_BROKER_PROTOCOL_DURATIONS_H_
#define MARU_MESH_BROKER_PROTOCOL_DURATIONS_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace maru::broker {

inline google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  const int64_t seconds = absl::ToInt64Seconds(duration);
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(duration - absl::Seconds(seconds))));
  return proto;
}

inline absl::Duration FromProto(const google::protobuf::Duration& proto) {
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_DURATIONS_H_
