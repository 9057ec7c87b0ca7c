#include "mesh/broker/log/tail_cache.h"

#include <algorithm>

namespace maru::broker {
namespace {

// With what a frame costs besides its records.
size_t CostOf(const StoredFrame& frame) {
  constexpr size_t kOverhead = 256;
  return frame.row->records().size() + kOverhead;
}

}  // namespace

void TailCache::Add(StoredFrame frame) {
  const Key key(frame.log, frame.partition);
  bytes_ += CostOf(frame);
  partitions_[key].push_back(std::move(frame));
  arrivals_.push_back(key);
  while (bytes_ > max_bytes_) EvictOldest();
}

void TailCache::EvictOldest() {
  const auto partition = partitions_.find(arrivals_.front());
  arrivals_.pop_front();
  bytes_ -= CostOf(partition->second.front());
  partition->second.pop_front();
  if (partition->second.empty()) partitions_.erase(partition);
}

std::optional<Chunk> TailCache::Read(const ReadRequest& request) const {
  const auto found = partitions_.find(Key(request.log, request.partition));
  if (found == partitions_.end()) return std::nullopt;
  const std::deque<StoredFrame>& frames = found->second;
  auto after = std::upper_bound(
      frames.begin(), frames.end(), request.offset,
      [](uint64_t offset, const StoredFrame& frame) { return offset < frame.base_offset; });
  if (after == frames.begin()) return std::nullopt;
  ChunkBuilder chunk(request);
  for (auto frame = after - 1; frame != frames.end() && chunk.wants_more(); ++frame) {
    if (!chunk.Add(frame->base_offset, *frame->row).value_or(false)) break;
  }
  if (chunk.empty()) return std::nullopt;
  return chunk.Take();
}

}  // namespace maru::broker
