// Conversions between std::string_view and Abseil's own string_view.
//
// The packaged Abseil (20220623) is built with its own absl::string_view, which is not
// std::string_view. Our APIs speak std types; these two functions are the only bridge.
#ifndef MARU_COMMON_BASE_STRINGS_H_
#define MARU_COMMON_BASE_STRINGS_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace maru {

inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace maru

#endif  // MARU_COMMON_BASE_STRINGS_H_
