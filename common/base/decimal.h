// Decimal numbers as text: "2.0", of any length.
#ifndef MARU_COMMON_BASE_DECIMAL_H_
#define MARU_COMMON_BASE_DECIMAL_H_

#include <compare>
#include <string_view>

namespace maru {

// Compares texts of the form [0-9]+(\.[0-9]+)? by value: "2.0" equals "2" and "02", "1.10" is less
// than "1.9". An empty text, no number, is less than any.
std::weak_ordering CompareDecimals(std::string_view a, std::string_view b);

}  // namespace maru

#endif  // MARU_COMMON_BASE_DECIMAL_H_
