#include "common/rpc/identity/jwt.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/base64url.h"
#include "common/base/status.h"
#include "common/base/strings.h"

namespace maru::rpc {

namespace {

using nlohmann::json;

// Subjects and store ids travel in metadata and keys: printable ASCII without spaces.
constexpr size_t kMaxIdBytes = 128;
// Year 2286, long before a double or absl::Time has trouble.
constexpr double kMaxSeconds = 1e10;

absl::Status Malformed(std::string_view cause) { return absl::InvalidArgumentError(ToAbsl(cause)); }

absl::StatusOr<std::string> FromBase64Url(std::string_view text) {
  std::optional<std::string> bytes = DecodeBase64Url(text);
  if (!bytes.has_value()) return Malformed("not base64url");
  return *std::move(bytes);
}

absl::StatusOr<json> JsonObject(std::string_view part) {
  ASSIGN_OR_RETURN(const std::string text, FromBase64Url(part));
  json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Malformed("not a JSON object");
  return object;
}

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

absl::StatusOr<std::string> Text(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::string();
  if (!found->is_string()) return Malformed(ToStd(absl::StrCat("claim ", name, " is no string")));
  return found->get<std::string>();
}

// A list of strings; with `or_one`, also a single string.
absl::StatusOr<std::vector<std::string>> Texts(const json& object, const char* name, bool or_one) {
  std::vector<std::string> texts;
  const auto found = object.find(name);
  if (found == object.end()) return texts;
  if (or_one && found->is_string()) return std::vector{found->get<std::string>()};
  bool good = found->is_array();
  if (good) {
    for (const json& element : *found) {
      good = good && element.is_string();
      if (good) texts.push_back(element.get<std::string>());
    }
  }
  if (!good) return Malformed(ToStd(absl::StrCat("claim ", name, " is no list of strings")));
  return texts;
}

absl::StatusOr<std::optional<absl::Time>> NumericDate(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::optional<absl::Time>();
  const double seconds = found->is_number() ? found->get<double>() : -1;
  if (!(seconds >= 0 && seconds <= kMaxSeconds))
    return Malformed(ToStd(absl::StrCat("claim ", name, " is no time")));
  return std::optional(absl::UnixEpoch() + absl::Seconds(seconds));
}

absl::StatusOr<Claims> ClaimsOf(const json& object) {
  Claims claims;
  ASSIGN_OR_RETURN(claims.issuer, Text(object, "iss"));
  ASSIGN_OR_RETURN(claims.subject, Text(object, "sub"));
  if (!IsId(claims.subject)) return Malformed("claim sub is missing or no id");
  ASSIGN_OR_RETURN(claims.audiences, Texts(object, "aud", /*or_one=*/true));
  ASSIGN_OR_RETURN(claims.roles, Texts(object, "roles", /*or_one=*/false));
  ASSIGN_OR_RETURN(claims.store_ids, Texts(object, "store_ids", /*or_one=*/false));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> expire_time, NumericDate(object, "exp"));
  if (!expire_time.has_value()) return Malformed("claim exp is missing");
  claims.expire_time = *expire_time;
  ASSIGN_OR_RETURN(claims.not_before, NumericDate(object, "nbf"));
  ASSIGN_OR_RETURN(claims.issue_time, NumericDate(object, "iat"));
  return claims;
}

}  // namespace

absl::StatusOr<ParsedToken> ParseToken(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return Malformed("too long");
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return Malformed("not three parts");

  ParsedToken parsed;
  ASSIGN_OR_RETURN(const json header, JsonObject(token.substr(0, first)));
  ASSIGN_OR_RETURN(parsed.algorithm, Text(header, "alg"));
  ASSIGN_OR_RETURN(parsed.key_id, Text(header, "kid"));
  // RFC 7515 section 4.1.11: extensions that must be understood; none is.
  if (header.contains("crit")) return Malformed("critical extensions");
  ASSIGN_OR_RETURN(const json payload, JsonObject(token.substr(first + 1, second - first - 1)));
  ASSIGN_OR_RETURN(parsed.claims, ClaimsOf(payload));
  ASSIGN_OR_RETURN(parsed.signature, FromBase64Url(token.substr(second + 1)));
  parsed.signed_part = token.substr(0, second);
  return parsed;
}

absl::StatusOr<std::string> MakeToken(const Claims& claims, std::string_view key_id,
                                      const Es256PrivateKey& key) {
  const json header = {{"alg", "ES256"}, {"typ", "JWT"}, {"kid", key_id}};
  json payload = {{"iss", claims.issuer},
                  {"sub", claims.subject},
                  {"exp", absl::ToUnixSeconds(claims.expire_time)},
                  {"roles", claims.roles}};
  if (claims.audiences.size() == 1) {
    payload["aud"] = claims.audiences[0];
  } else {
    payload["aud"] = claims.audiences;
  }
  if (claims.not_before.has_value()) payload["nbf"] = absl::ToUnixSeconds(*claims.not_before);
  if (claims.issue_time.has_value()) payload["iat"] = absl::ToUnixSeconds(*claims.issue_time);
  if (!claims.store_ids.empty()) payload["store_ids"] = claims.store_ids;
  // Replacing what is no UTF-8 keeps dump from throwing; verifiers refuse such subjects anyway.
  const auto dump = [](const json& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  const std::string signed_part =
      absl::StrCat(EncodeBase64Url(dump(header)), ".", EncodeBase64Url(dump(payload)));
  ASSIGN_OR_RETURN(const std::string signature, key.Sign(signed_part));
  return absl::StrCat(signed_part, ".", EncodeBase64Url(signature));
}

}  // namespace maru::rpc
