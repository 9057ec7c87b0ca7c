// CRC-32C (Castagnoli; RFC 3720 appendix B.4): polynomial 0x1edc6f41 reflected, initial value and
// final xor 0xffffffff. Of "123456789" it is 0xe3069283.
#ifndef MARU_COMMON_BASE_CRC32C_H_
#define MARU_COMMON_BASE_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace maru {

// The checksum of what `crc` was computed from, followed by `data`.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view data);

inline uint32_t Crc32c(std::string_view data) { return ExtendCrc32c(0, data); }

}  // namespace maru

#endif  // MARU_COMMON_BASE_CRC32C_H_
