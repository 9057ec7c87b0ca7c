// Errors with google.rpc details. Generated constructors (errors::ReviewClosed(...)) are the only
// callers of MakeError in business code; details travel as payloads of absl::Status, one per type
// URL.
#ifndef MARU_COMMON_RPC_ERROR_H_
#define MARU_COMMON_RPC_ERROR_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/service.h"
#include "google/rpc/error_details.pb.h"

namespace maru::rpc {

// A reason as generated from an ErrorReason value; constant data.
struct ReasonInfo {
  absl::StatusCode code;
  // "REVIEW_CLOSED"
  std::string_view reason;
  // "{name}" is replaced by the metadata of that name.
  std::string_view message;
  // Zero: no RetryInfo.
  absl::Duration retry_delay;
};

// Builds the status with an ErrorInfo (reason, metadata; the dispatch wrapper fills in the domain
// where it is empty) and, where the reason has a delay, a RetryInfo.
absl::Status MakeError(
    const ReasonInfo& reason,
    std::initializer_list<std::pair<std::string_view, std::string_view>> metadata);

// The details of an error, if it has them.
std::optional<google::rpc::ErrorInfo> ErrorInfoOf(const absl::Status& status);
std::optional<google::rpc::BadRequest> BadRequestOf(const absl::Status& status);
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);
// "REVIEW_CLOSED", or empty.
std::string ReasonOf(const absl::Status& status);

// Attaches or replaces a detail.
void SetDetail(absl::Status& status, const google::protobuf::Message& detail);

// The status as a serialised google.rpc.Status (trailer `grpc-status-details-bin`), and back.
std::string EncodeDetails(const absl::Status& status);
absl::Status DecodeDetails(absl::StatusCode code, std::string_view message,
                           std::string_view encoded);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_ERROR_H_
