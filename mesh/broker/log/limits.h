// Limits of the log. What a client can run into is in broker.proto too.
#ifndef MARU_MESH_BROKER_LOG_LIMITS_H_
#define MARU_MESH_BROKER_LOG_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace maru::broker {

// Bytes of Frame.records, as published, stored and delivered. With the rest of the message far
// below what gRPC takes (1 MiB).
inline constexpr size_t kMaxFrameBytes = 512 << 10;
// Bytes of one encoded record.
inline constexpr size_t kMaxRecordBytes = 256 << 10;
inline constexpr size_t kMaxKeyBytes = 1 << 10;
// What is kept to tell a repeat from a reused sequence (design.md, broker: settled).
inline constexpr uint64_t kChecksumWindow = 65'536;

// Records are merged into stored frames: one record more must always fit into an empty frame.
static_assert(kMaxRecordBytes <= kMaxFrameBytes);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_LIMITS_H_
