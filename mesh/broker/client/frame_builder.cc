#include "mesh/broker/client/frame_builder.h"

#include <string>
#include <utility>

#include "common/base/crc32c.h"
#include "google/protobuf/io/coded_stream.h"
#include "mesh/broker/log/limits.h"

namespace maru::broker {
namespace {

using google::protobuf::io::CodedOutputStream;

// Field numbers of v1.RecordSet and v1.Record as tags: length-delimited, except for the sequence.
constexpr uint8_t kRecordsTag = 1 << 3 | 2;
constexpr uint8_t kKeyTag = 1 << 3 | 2;
constexpr uint8_t kSequenceTag = 2 << 3 | 0;
constexpr uint8_t kValueTag = 3 << 3 | 2;

size_t VarintSize(uint64_t value) { return CodedOutputStream::VarintSize64(value); }

uint8_t* WriteVarint(uint64_t value, uint8_t* to) {
  return CodedOutputStream::WriteVarint64ToArray(value, to);
}

uint8_t* WriteBytes(std::string_view bytes, uint8_t* to) {
  to = WriteVarint(bytes.size(), to);
  return CodedOutputStream::WriteRawToArray(bytes.data(), static_cast<int>(bytes.size()), to);
}

}  // namespace

void FrameBuilder::Add(std::string_view key, uint64_t sequence, std::string_view value) {
  const size_t body = 1 + VarintSize(key.size()) + key.size() + 1 + VarintSize(sequence) + 1 +
                      VarintSize(value.size()) + value.size();
  const size_t size = 1 + VarintSize(body) + body;
  if (frames_.empty() || frames_.back().records().size() + size > kMaxFrameBytes) {
    frames_.emplace_back().set_first_sequence(sequence);
  }
  v1::Frame& frame = frames_.back();
  std::string& records = *frame.mutable_records();
  const size_t at = records.size();
  records.resize(at + size);
  auto* to = reinterpret_cast<uint8_t*>(records.data() + at);
  *to++ = kRecordsTag;
  to = WriteVarint(body, to);
  *to++ = kKeyTag;
  to = WriteBytes(key, to);
  *to++ = kSequenceTag;
  to = WriteVarint(sequence, to);
  *to++ = kValueTag;
  WriteBytes(value, to);
  frame.set_last_sequence(sequence);
  frame.set_count(frame.count() + 1);
  bytes_ += size;
}

v1::Frame FrameBuilder::Take() {
  v1::Frame frame = std::move(frames_.front());
  frames_.pop_front();
  bytes_ -= frame.records().size();
  frame.set_crc32c(Crc32c(frame.records()));
  return frame;
}

void FrameBuilder::Clear() {
  frames_.clear();
  bytes_ = 0;
}

}  // namespace maru::broker
