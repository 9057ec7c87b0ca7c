#include "common/store/disk_space.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace maru::store {

namespace {
constexpr absl::Duration kKnownFor = absl::Seconds(1);
}  // namespace

absl::StatusOr<uint64_t> SystemDiskSpace::FreeBytes(const std::string& folder) {
  struct statvfs info;
  if (statvfs(folder.c_str(), &info) != 0) {
    return absl::InternalError(absl::StrCat("statvfs ", folder, ": ", std::strerror(errno)));
  }
  return uint64_t{info.f_bavail} * info.f_frsize;
}

SpaceGuard::SpaceGuard(DiskSpace& space, const Clock& clock, std::string folder,
                       uint64_t floor_bytes)
    : space_(space), clock_(clock), folder_(std::move(folder)), floor_bytes_(floor_bytes) {}

absl::Status SpaceGuard::Check() {
  const Instant now = clock_.Now();
  if (now < ask_again_) return answer_;
  ask_again_ = now + kKnownFor;
  const absl::StatusOr<uint64_t> free = space_.FreeBytes(folder_);
  if (!free.ok()) {
    // Unknown is no reason to refuse: a disk that is really full says so on the write.
    answer_ = absl::OkStatus();
  } else if (*free < floor_bytes_) {
    answer_ = absl::ResourceExhaustedError(
        absl::StrCat(folder_, ": ", *free, " bytes free, ", floor_bytes_, " are kept back"));
  } else {
    answer_ = absl::OkStatus();
  }
  return answer_;
}

}  // namespace maru::store
