#include "common/base/utf8.h"

#include <cstddef>
#include <cstdint>

namespace maru {

bool IsValidUtf8(std::string_view text) {
  size_t at = 0;
  const auto continuation = [&](size_t i, uint8_t low, uint8_t high) {
    if (i >= text.size()) return false;
    const auto byte = static_cast<uint8_t>(text[i]);
    return byte >= low && byte <= high;
  };
  while (at < text.size()) {
    const auto lead = static_cast<uint8_t>(text[at]);
    // Table 3-7 of the Unicode standard: the second byte excludes overlong forms, surrogates and
    // what is above U+10FFFF.
    size_t more = 0;
    uint8_t low = 0x80;
    uint8_t high = 0xbf;
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      if (lead == 0xe0) low = 0xa0;
      if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (!continuation(at + 1, low, high)) return false;
    for (size_t i = 2; i <= more; ++i) {
      if (!continuation(at + i, 0x80, 0xbf)) return false;
    }
    at += more + 1;
  }
  return true;
}

}  // namespace maru
