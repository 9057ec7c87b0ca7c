// Input: the bytes of a fuzzer, taken apart into values.
//
// Every input means something: at its end numbers are 0 and texts are empty. So a short input is a
// simple case, and a mutation changes one decision at a time.
#ifndef MARU_COMMON_FUZZ_INPUT_H_
#define MARU_COMMON_FUZZ_INPUT_H_

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace maru::fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }

  // The next bytes, big-endian.
  template <std::unsigned_integral T>
  T Number() {
    T value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(static_cast<uint64_t>(value) << 8 | Byte());
    }
    return value;
  }
  bool Bool() { return (Byte() & 1) != 0; }
  // In [0, end); `end` > 0.
  size_t Below(size_t end) { return end <= 256 ? Byte() % end : Number<uint32_t>() % end; }

  // One byte of length, then as many bytes (fewer at the end).
  std::string_view Text() { return Take(Byte()); }
  // Two bytes of length.
  std::string_view LongText() { return Take(Number<uint16_t>()); }
  // All that is left.
  std::string_view Rest() { return Take(rest_.size()); }

 private:
  uint8_t Byte() {
    const std::string_view byte = Take(1);
    return byte.empty() ? 0 : static_cast<uint8_t>(byte[0]);
  }
  std::string_view Take(size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

}  // namespace maru::fuzz

#endif  // MARU_COMMON_FUZZ_INPUT_H_
