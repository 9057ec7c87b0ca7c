#include "common/saga/outcome.h"

#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/rpc/error.h"
#include "common/rpc/service.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::saga {

using absl::StatusCode;

Outcome OutcomeOf(const absl::Status& status) {
  if (status.ok()) return Outcome::kDone;
  if (rpc::SurelyUnsent(status)) return Outcome::kUnsent;
  switch (status.code()) {
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kCancelled:
    case StatusCode::kInternal:
    case StatusCode::kUnknown:
    case StatusCode::kDataLoss:
      return Outcome::kUnknown;
    case StatusCode::kResourceExhausted:
      // With a reason the callee shed the load before it did anything; without one, a transport
      // found a reply too large.
      return rpc::ReasonOf(status).empty() ? Outcome::kUnknown : Outcome::kUnsent;
    default:
      return Outcome::kRefused;
  }
}

std::string_view NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return "done";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kUnsent:
      return "unsent";
    case Outcome::kUnknown:
      return "unknown";
  }
  MARU_CHECK(false);
}

absl::Status WithRowId(absl::Status status, std::string_view id) {
  std::optional<google::rpc::ErrorInfo> info = rpc::ErrorInfoOf(status);
  // Whoever asked gets UNAVAILABLE, whatever the transport said (domain.md).
  if (!info.has_value() || !absl::IsUnavailable(status)) {
    return options::v1::errors::OutcomePending(id);
  }
  (*info->mutable_metadata())["id"] = std::string(id);
  rpc::SetDetail(status, *info);
  return status;
}

}  // namespace maru::saga
