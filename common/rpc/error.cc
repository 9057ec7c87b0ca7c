#include "common/rpc/error.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/utf8.h"
#include "google/rpc/status.pb.h"

namespace maru::rpc {
namespace {

// Type URL prefix of details. Payloads with other URLs are local notes and never travel.
constexpr std::string_view kDetailPrefix = "type.googleapis.com/";
// Payload that SurelyUnsent looks for.
constexpr std::string_view kUnsentUrl = "maru/unsent";

// Written out here, although reasons.proto has it: generated constructors of errors stand on this
// file, so using theirs would be a cycle. A test holds the two together.
constexpr ReasonInfo kInvalidField = {
    .code = absl::StatusCode::kInvalidArgument,
    .reason = "INVALID_FIELD",
    .message = "invalid request",
    .retry_delay = absl::ZeroDuration(),
};

// Cord's constructor from std::string is a template whose name clang and the packaged library's
// compiler mangle differently: it compiles and does not link.
absl::Cord ToCord(const std::string& bytes) { return absl::Cord(ToAbsl(bytes)); }

std::string UrlOf(const google::protobuf::Descriptor& type) {
  return absl::StrCat(ToAbsl(kDetailPrefix), type.full_name());
}

template <class Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(UrlOf(*Detail::descriptor()));
  if (!payload.has_value()) return std::nullopt;
  std::optional<Detail> detail(std::in_place);
  // Details of another process may be of a newer or damaged form: the code and message still stand.
  if (!detail->ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return proto;
}

// What a caller sent need not be text, and details that hold it could not be decoded.
std::string Readable(std::string_view value) {
  return IsValidUtf8(value) ? std::string(value) : absl::CHexEscape(ToAbsl(value));
}

std::string Fill(std::string_view text,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> metadata) {
  // All at once: a value that looks like "{id}" is not replaced again.
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const auto& [name, value] : metadata) {
    replacements.emplace_back(absl::StrCat("{", ToAbsl(name), "}"), Readable(value));
  }
  return absl::StrReplaceAll(ToAbsl(text), replacements);
}

}  // namespace

absl::Status MakeError(
    const ReasonInfo& reason,
    std::initializer_list<std::pair<std::string_view, std::string_view>> metadata) {
  absl::Status status(reason.code, Fill(reason.message, metadata));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason.reason));
  for (const auto& [name, value] : metadata) {
    (*info.mutable_metadata())[std::string(name)] = Readable(value);
  }
  SetDetail(status, info);
  if (reason.retry_delay > absl::ZeroDuration()) {
    google::rpc::RetryInfo retry;
    *retry.mutable_retry_delay() = ToProto(reason.retry_delay);
    SetDetail(status, retry);
  }
  return status;
}

absl::Status InvalidFields(FieldViolations violations) {
  absl::Status status = MakeError(kInvalidField, {});
  google::rpc::BadRequest bad;
  for (FieldViolation& violation : violations) {
    google::rpc::BadRequest::FieldViolation& field = *bad.add_field_violations();
    field.set_field(std::move(violation.field));
    field.set_description(std::move(violation.description));
  }
  SetDetail(status, bad);
  return status;
}

absl::Status InvalidField(std::string_view field, std::string_view description) {
  FieldViolations violations;
  violations.push_back({std::string(field), std::string(description)});
  return InvalidFields(std::move(violations));
}

std::optional<google::rpc::ErrorInfo> ErrorInfoOf(const absl::Status& status) {
  return DetailOf<google::rpc::ErrorInfo>(status);
}

std::optional<google::rpc::BadRequest> BadRequestOf(const absl::Status& status) {
  return DetailOf<google::rpc::BadRequest>(status);
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const std::optional<google::rpc::RetryInfo> retry = DetailOf<google::rpc::RetryInfo>(status);
  if (!retry.has_value() || !retry->has_retry_delay()) return std::nullopt;
  return absl::Seconds(retry->retry_delay().seconds()) +
         absl::Nanoseconds(retry->retry_delay().nanos());
}

std::string ReasonOf(const absl::Status& status) {
  std::optional<google::rpc::ErrorInfo> info = ErrorInfoOf(status);
  return info.has_value() ? std::move(*info->mutable_reason()) : std::string();
}

void SetDetail(absl::Status& status, const google::protobuf::Message& detail) {
  status.SetPayload(UrlOf(*detail.GetDescriptor()), ToCord(detail.SerializeAsString()));
}

std::string EncodeDetails(const absl::Status& status) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(ToStd(status.message())));
  status.ForEachPayload([&proto](absl::string_view url, const absl::Cord& payload) {
    if (!absl::StartsWith(url, ToAbsl(kDetailPrefix))) return;
    google::protobuf::Any& detail = *proto.add_details();
    detail.set_type_url(std::string(url));
    detail.set_value(std::string(payload));
  });
  return proto.SerializeAsString();
}

absl::Status DecodeDetails(absl::StatusCode code, std::string_view message,
                           std::string_view encoded) {
  absl::Status status(code, ToAbsl(message));
  google::rpc::Status proto;
  if (!proto.ParseFromArray(encoded.data(), static_cast<int>(encoded.size()))) return status;
  for (const google::protobuf::Any& detail : proto.details()) {
    if (!absl::StartsWith(detail.type_url(), ToAbsl(kDetailPrefix))) continue;
    status.SetPayload(detail.type_url(), ToCord(detail.value()));
  }
  return status;
}

absl::Status MarkUnsent(absl::Status status) {
  status.SetPayload(ToAbsl(kUnsentUrl), absl::Cord());
  return status;
}

bool SurelyUnsent(const absl::Status& status) {
  return status.GetPayload(ToAbsl(kUnsentUrl)).has_value();
}

}  // namespace maru::rpc
