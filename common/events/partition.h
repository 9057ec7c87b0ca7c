// Which partition a key belongs to.
#ifndef MARU_COMMON_EVENTS_PARTITION_H_
#define MARU_COMMON_EVENTS_PARTITION_H_

#include <cstdint>
#include <string_view>

namespace maru::events {

// Every topic has this many, fixed at creation (design.md, broker: settled).
inline constexpr uint32_t kPartitions = 8;

// murmur2 with Kafka's seed, as Apache Kafka's default partitioner computes it.
uint32_t Murmur2(std::string_view key);

// (murmur2(key) & 0x7fffffff) mod n.
inline uint32_t PartitionOf(std::string_view key) {
  return (Murmur2(key) & 0x7fffffffu) % kPartitions;
}

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_PARTITION_H_
