// UUIDv7 (RFC 9562): ids that sort by creation.
#ifndef MARU_COMMON_STORE_IDS_H_
#define MARU_COMMON_STORE_IDS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/base/random.h"

namespace maru::store {

// Gives out UUIDv7s, each greater than all before, whatever the clock does: within a millisecond,
// and while the clock is behind the last id, the 74 random bits count up by random steps (RFC 9562
// section 6.2, method 2), so that the next id stays hard to guess.
//
// Not thread-safe.
class IdSource {
 public:
  // `random` outlives it.
  explicit IdSource(Random& random) : random_(random) {}

  // "0190163d-8694-739b-aea5-966c26f8ad91"
  std::string Next(absl::Time now);

  // The last id as 16 bytes, and back: later ids are greater. False when `bytes` are no id; empty
  // is "none yet".
  std::string Save() const;
  bool Restore(std::string_view bytes);

 private:
  Random& random_;
  uint64_t unix_ms_ = 0;  // 48 bits
  uint64_t high_ = 0;     // 12 bits
  uint64_t low_ = 0;      // 62 bits
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_IDS_H_
