// What one fsync costs on a disk: the unit that visibility is measured in.
#ifndef MARU_TOOLS_LOAD_DISK_H_
#define MARU_TOOLS_LOAD_DISK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/load/histogram.h"

namespace maru::load {

// Appends the bytes of a small transaction to a file in `folder` and syncs it (fdatasync), again
// and again, as a write-ahead log does. The file is removed afterwards.
absl::StatusOr<Histogram> MeasureSync(const std::string& folder, absl::Duration duration);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_DISK_H_
