#include "common/base/base64url.h"

#include "absl/strings/escaping.h"
#include "common/base/strings.h"

namespace maru {

std::string EncodeBase64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(ToAbsl(bytes));
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes) || EncodeBase64Url(bytes) != text)
    return std::nullopt;
  return bytes;
}

}  // namespace maru
