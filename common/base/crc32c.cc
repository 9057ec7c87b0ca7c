#include "common/base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace maru {

uint32_t ExtendCrc32c(uint32_t crc, std::string_view data) {
  constexpr size_t kMaxStep = size_t{1} << 30;  // ISA-L counts in int
  uint32_t state = crc ^ 0xffffffffu;
  while (!data.empty()) {
    const std::string_view step = data.substr(0, kMaxStep);
    // ISA-L only reads, although its parameter is not const.
    auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(step.data()));
    state = crc32_iscsi(bytes, static_cast<int>(step.size()), state);
    data.remove_prefix(step.size());
  }
  return state ^ 0xffffffffu;
}

}  // namespace maru
