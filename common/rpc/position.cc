#include "common/rpc/position.h"

#include <optional>

#include "common/base/base64url.h"
#include "common/events/partition.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {

namespace {

// A flow publishes to a few topics; this bounds what a caller can make us keep.
constexpr size_t kMaxTextBytes = 8192;
constexpr int kMaxEntries = 128;

bool IsPossible(const event::v1::Position& position) {
  if (position.entries_size() > kMaxEntries) return false;
  for (const event::v1::PositionEntry& entry : position.entries()) {
    if (entry.topic().empty() || entry.partition() >= static_cast<uint32_t>(events::kPartitions))
      return false;
  }
  return true;
}

}  // namespace

std::string EncodePosition(const event::v1::Position& position) {
  if (position.entries().empty()) return {};
  return EncodeBase64Url(position.SerializeAsString());
}

absl::StatusOr<event::v1::Position> DecodePosition(std::string_view text) {
  event::v1::Position position;
  if (text.empty()) return position;
  if (text.size() > kMaxTextBytes) return options::v1::errors::InvalidPosition();
  const std::optional<std::string> bytes = DecodeBase64Url(text);
  if (!bytes.has_value() || !position.ParseFromString(*bytes) || !IsPossible(position))
    return options::v1::errors::InvalidPosition();
  return position;
}

}  // namespace maru::rpc
