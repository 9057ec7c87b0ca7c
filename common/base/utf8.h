// Whether bytes are text. protobuf refuses a whole message for one string that is not UTF-8, so
// texts from outside are looked at before they are put into one.
#ifndef MARU_COMMON_BASE_UTF8_H_
#define MARU_COMMON_BASE_UTF8_H_

#include <string_view>

namespace maru {

// By table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsValidUtf8(std::string_view text);

}  // namespace maru

#endif  // MARU_COMMON_BASE_UTF8_H_
