#include "common/base/os.h"

#include <sys/random.h>

#include <cerrno>
#include <chrono>

#include "common/base/status.h"

namespace maru {

Instant MonotonicNow() {
  return Instant::FromDuration(
      absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
}

uint64_t OsRandom::Next() {
  MutexLock lock(mutex_);
  if (left_ == 0) {
    // Up to 256 bytes are never interrupted half way once the pool is ready (getrandom(2)); more
    // may be.
    char* const bytes = reinterpret_cast<char*>(buffer_.data());
    size_t filled = 0;
    while (filled < sizeof(buffer_)) {
      const ssize_t got = getrandom(bytes + filled, sizeof(buffer_) - filled, 0);
      MARU_CHECK(got > 0 || errno == EINTR);
      if (got > 0) filled += static_cast<size_t>(got);
    }
    left_ = buffer_.size();
  }
  return buffer_[--left_];
}

}  // namespace maru
