#include "tools/load/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace maru::load {
namespace {

// State, outbox row and idempotency record (facts: 550 bytes a transaction).
constexpr size_t kBytes = 550;

}  // namespace

absl::StatusOr<Histogram> MeasureSync(const std::string& folder, absl::Duration duration) {
  const std::string path = absl::StrCat(folder, "/sync-", getpid());
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  unlink(path.c_str());
  const std::string bytes(kBytes, 'x');
  Histogram histogram;
  absl::Status failed;
  for (const absl::Time until = absl::Now() + duration; failed.ok() && absl::Now() < until;) {
    const absl::Time began = absl::Now();
    if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        fdatasync(file) != 0) {
      failed = absl::ErrnoToStatus(errno, path);
    }
    histogram.Add(absl::Now() - began);
  }
  close(file);
  if (!failed.ok()) return failed;
  return histogram;
}

}  // namespace maru::load
