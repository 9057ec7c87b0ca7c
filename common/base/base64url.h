// base64url without padding (RFC 4648 section 5), strictly: one encoding for each text of bytes, so
// a token cannot be written in two ways. (Abseil's decoder skips control characters and takes
// padding and stray bits.)
#ifndef MARU_COMMON_BASE_BASE64URL_H_
#define MARU_COMMON_BASE_BASE64URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace maru {

std::string EncodeBase64Url(std::string_view bytes);
// Nothing for what EncodeBase64Url does not make.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace maru

#endif  // MARU_COMMON_BASE_BASE64URL_H_
