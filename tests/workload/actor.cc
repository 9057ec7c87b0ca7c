#include "tests/workload/actor.h"

#include <cstdint>

#include "absl/strings/str_format.h"

namespace maru::workload {

std::string NewRequestId(Random& random) {
  constexpr uint64_t kVersion = 0x4000;
  constexpr uint64_t kVariant = uint64_t{0x8} << 60;
  const uint64_t high = (random.Next() & ~uint64_t{0xf000}) | kVersion;
  const uint64_t low = (random.Next() & ~(uint64_t{0xc} << 60)) | kVariant;
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, (high >> 16) & 0xffff,
                         high & 0xffff, low >> 48, low & 0xffffffffffff);
}

bool IsOpen(const Outcome& outcome) {
  switch (outcome.code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

bool MayStillHappen(const Outcome& outcome) {
  // CALLEE_UNAVAILABLE: "nothing happened" (domain.md, "Sync call contract"); a shed or oversized
  // call was never begun.
  return IsOpen(outcome) && outcome.reason() != "CALLEE_UNAVAILABLE" &&
         !(outcome.code == absl::StatusCode::kResourceExhausted && !outcome.reason().empty());
}

}  // namespace maru::workload
