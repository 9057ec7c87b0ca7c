#include "mesh/broker/log/record_set.h"

#include <array>
#include <cstring>
#include <utility>

#include "common/base/crc32c.h"
#include "common/base/status.h"

namespace maru::broker {
namespace {

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

constexpr uint32_t Tag(uint32_t field, WireType type) { return field << 3 | type; }

constexpr uint32_t kRecordsTag = Tag(1, kLengthDelimited);
constexpr uint32_t kKeyTag = Tag(1, kLengthDelimited);
constexpr uint32_t kSequenceTag = Tag(2, kVarint);
constexpr uint32_t kValueTag = Tag(3, kLengthDelimited);

bool ReadVarint(std::string_view& from, uint64_t& value) {
  value = 0;
  for (size_t i = 0; i < from.size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>(from[i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      from.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool ReadBytes(std::string_view& from, std::string_view& bytes) {
  uint64_t size;
  if (!ReadVarint(from, size) || size > from.size()) return false;
  bytes = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

// A field that this version does not know is carried along, as protobuf does.
bool SkipField(std::string_view& from, uint64_t tag) {
  uint64_t number;
  std::string_view bytes;
  const auto skip = [&](size_t size) {
    if (from.size() < size) return false;
    from.remove_prefix(size);
    return true;
  };
  // What protobuf refuses must be refused here, or it would reach every subscriber.
  if (tag >> 3 == 0 || tag > UINT32_MAX) return false;
  switch (tag & 7) {
    case kVarint:
      return ReadVarint(from, number);
    case kFixed64:
      return skip(8);
    case kLengthDelimited:
      return ReadBytes(from, bytes);
    case kFixed32:
      return skip(4);
    default:
      return false;
  }
}

}  // namespace

uint32_t ChecksumOf(const RecordView& record) {
  const auto size = static_cast<uint32_t>(record.key.size());
  const std::array<char, 4> length = {static_cast<char>(size), static_cast<char>(size >> 8),
                                      static_cast<char>(size >> 16), static_cast<char>(size >> 24)};
  const uint32_t crc = ExtendCrc32c(Crc32c({length.data(), length.size()}), record.key);
  return ExtendCrc32c(crc, record.value);
}

bool RecordSetReader::Skip() {
  if (rest_.empty() || !ok_) return false;
  const char* begin = rest_.data();
  uint64_t tag;
  std::string_view message;
  if (!ReadVarint(rest_, tag) || tag != kRecordsTag || !ReadBytes(rest_, message)) return Fail();
  record_.encoded = {begin, static_cast<size_t>(rest_.data() - begin)};
  return true;
}

bool RecordSetReader::Next() {
  if (!Skip()) return false;
  // The record's own bytes: what follows tag and length.
  std::string_view message = record_.encoded;
  uint64_t tag;
  std::string_view body;
  ReadVarint(message, tag);
  ReadBytes(message, body);
  return ParseRecord(body) || Fail();
}

bool RecordSetReader::ParseRecord(std::string_view message) {
  record_.key = {};
  record_.value = {};
  record_.sequence = 0;
  bool has_key = false;
  while (!message.empty()) {
    uint64_t tag;
    bool good = ReadVarint(message, tag);
    if (!good) return false;
    switch (tag) {
      case kKeyTag:
        // Of several, protobuf takes the last and yet refuses the message for an earlier one that
        // is not UTF-8.
        if (std::exchange(has_key, true)) return false;
        good = ReadBytes(message, record_.key);
        break;
      case kSequenceTag:
        good = ReadVarint(message, record_.sequence);
        break;
      case kValueTag:
        good = ReadBytes(message, record_.value);
        break;
      default:
        good = SkipField(message, tag);
    }
    if (!good) return false;
  }
  return true;
}

std::optional<RecordSlice> SliceRecords(std::string_view set, uint64_t skip, uint64_t take) {
  const auto sequence_of = [](std::string_view encoded) -> std::optional<uint64_t> {
    RecordSetReader one(encoded);
    if (!one.Next()) return std::nullopt;
    return one.record().sequence;
  };
  RecordSetReader reader(set);
  for (uint64_t i = 0; i <= skip; ++i) {
    if (!reader.Skip()) return std::nullopt;
  }
  const std::string_view first = reader.record().encoded;
  for (uint64_t i = 1; i < take; ++i) {
    if (!reader.Skip()) return std::nullopt;
  }
  const std::string_view last = reader.record().encoded;
  const auto first_sequence = sequence_of(first);
  const auto last_sequence = sequence_of(last);
  if (!first_sequence.has_value() || !last_sequence.has_value()) return std::nullopt;
  const auto size = static_cast<size_t>(last.data() + last.size() - first.data());
  return RecordSlice{{first.data(), size}, *first_sequence, *last_sequence};
}

}  // namespace maru::broker
