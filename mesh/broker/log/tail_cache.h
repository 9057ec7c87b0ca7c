// TailCache: the newest frames, so that subscribers who keep up never wait for the disk. Bounded
// over all partitions; the oldest frames go first. Executor's thread only.
#ifndef MARU_MESH_BROKER_LOG_TAIL_CACHE_H_
#define MARU_MESH_BROKER_LOG_TAIL_CACHE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "mesh/broker/log/append_group.h"
#include "mesh/broker/log/reader.h"

namespace maru::broker {

class TailCache {
 public:
  explicit TailCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  void Add(StoredFrame frame);
  // nullopt when the offset wanted is not here.
  std::optional<Chunk> Read(const ReadRequest& request) const;
  size_t bytes() const { return bytes_; }

 private:
  using Key = std::pair<uint32_t, uint32_t>;  // log, partition
  void EvictOldest();

  const size_t max_bytes_;
  size_t bytes_ = 0;
  absl::flat_hash_map<Key, std::deque<StoredFrame>> partitions_;
  // In order of arrival.
  std::deque<Key> arrivals_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_TAIL_CACHE_H_
