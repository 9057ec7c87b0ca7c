// FrameBuilder: records on their way into frames, encoded as they come.
#ifndef MARU_MESH_BROKER_CLIENT_FRAME_BUILDER_H_
#define MARU_MESH_BROKER_CLIENT_FRAME_BUILDER_H_

#include <cstdint>
#include <deque>
#include <string_view>

#include "maru/broker/v1/broker.pb.h"

namespace maru::broker {

class FrameBuilder {
 public:
  // Sequences are contiguous.
  void Add(std::string_view key, uint64_t sequence, std::string_view value);
  bool empty() const { return frames_.empty(); }
  // Bytes of records.
  size_t bytes() const { return bytes_; }
  // The oldest frame, at most 512 KiB unless a single record is larger. Not empty.
  v1::Frame Take();
  void Clear();

 private:
  // The last one still grows; sealed when taken.
  std::deque<v1::Frame> frames_;
  size_t bytes_ = 0;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_CLIENT_FRAME_BUILDER_H_
