#include "common/store/ids.h"

#include <algorithm>

namespace maru::store {

namespace {

constexpr uint64_t kMaxMs = (uint64_t{1} << 48) - 1;
constexpr uint64_t kHighMask = (uint64_t{1} << 12) - 1;
constexpr uint64_t kLowMask = (uint64_t{1} << 62) - 1;
constexpr uint64_t kVersion7 = 0x7;
constexpr uint64_t kVariant = 0x2;

void AppendHex(std::string& out, uint64_t value, int digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out.push_back(kDigits[(value >> shift) & 0xf]);
}

}  // namespace

std::string IdSource::Next(absl::Time now) {
  const int64_t now_ms = std::max<int64_t>(0, absl::ToUnixMillis(now));
  const uint64_t clock_ms = std::min(static_cast<uint64_t>(now_ms), kMaxMs);
  if (clock_ms > unix_ms_) {
    unix_ms_ = clock_ms;
    // The top bit is left free: room to count up within the millisecond.
    high_ = random_.Next() & (kHighMask >> 1);
    low_ = random_.Next() & kLowMask;
  } else {
    low_ += 1 + (random_.Next() >> 32);
    if (low_ > kLowMask) {
      low_ &= kLowMask;
      if (++high_ > kHighMask) {
        high_ = 0;
        ++unix_ms_;
      }
    }
  }
  const uint64_t variant_and_low = (kVariant << 62) | low_;
  std::string id;
  id.reserve(36);
  AppendHex(id, unix_ms_ >> 16, 8);
  id.push_back('-');
  AppendHex(id, unix_ms_ & 0xffff, 4);
  id.push_back('-');
  AppendHex(id, (kVersion7 << 12) | high_, 4);
  id.push_back('-');
  AppendHex(id, variant_and_low >> 48, 4);
  id.push_back('-');
  AppendHex(id, variant_and_low & 0xffffffffffff, 12);
  return id;
}

std::string IdSource::Save() const {
  std::string bytes;
  bytes.reserve(16);
  const auto append = [&bytes](uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<char>(static_cast<uint8_t>(value >> shift)));
  };
  append((unix_ms_ << 16) | (kVersion7 << 12) | high_);
  append((kVariant << 62) | low_);
  return bytes;
}

bool IdSource::Restore(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (bytes.size() != 16) return false;
  uint64_t words[2] = {0, 0};
  for (size_t i = 0; i < 16; ++i)
    words[i / 8] = (words[i / 8] << 8) | static_cast<uint8_t>(bytes[i]);
  if (((words[0] >> 12) & 0xf) != kVersion7 || (words[1] >> 62) != kVariant) return false;
  unix_ms_ = words[0] >> 16;
  high_ = words[0] & kHighMask;
  low_ = words[1] & kLowMask;
  return true;
}

}  // namespace maru::store
