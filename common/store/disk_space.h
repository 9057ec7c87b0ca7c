// DiskSpace: how much room a folder's disk has left. Injectable, so that a test can fill a disk.
#ifndef MARU_COMMON_STORE_DISK_SPACE_H_
#define MARU_COMMON_STORE_DISK_SPACE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"

namespace maru::store {

// Thread-safe.
class DiskSpace {
 public:
  virtual ~DiskSpace() = default;
  // Bytes that this process may still write to the file system of `folder`. INTERNAL: the system
  // does not say.
  virtual absl::StatusOr<uint64_t> FreeBytes(const std::string& folder) = 0;
};

// statvfs(3).
class SystemDiskSpace final : public DiskSpace {
 public:
  absl::StatusOr<uint64_t> FreeBytes(const std::string& folder) override;
};

// Refuses writes while less than a floor is left. Asks the system at most once a second, so that
// the hot path pays for a look at the clock only. Recovers by itself when there is room again. The
// writer's own: not thread-safe.
class SpaceGuard {
 public:
  // `space` and `clock` outlive it.
  SpaceGuard(DiskSpace& space, const Clock& clock, std::string folder, uint64_t floor_bytes);
  // RESOURCE_EXHAUSTED: less than the floor is left.
  absl::Status Check();

 private:
  DiskSpace& space_;
  const Clock& clock_;
  const std::string folder_;
  const uint64_t floor_bytes_;
  Instant ask_again_;
  absl::Status answer_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_DISK_SPACE_H_
