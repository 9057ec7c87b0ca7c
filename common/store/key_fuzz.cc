// Goal: keys order as their tuples do, and come back as they were (key.h, settled on disk).
//
// Strategy: the input is two tuples of every type that a key can hold; what sorts them naively
// (std::tuple) is the model. Then the rest of the input is read as a key of damaged data.
//
// Invariants: encode∘decode = id; order of the bytes = order of the tuples, prefixes included; a
// key is in the range of its prefixes and in no other's; arbitrary bytes decode to nothing, or to
// the one tuple that encodes to them.
#include <cstdint>
#include <string>
#include <tuple>

#include "common/base/status.h"
#include "common/fuzz/input.h"
#include "common/store/key.h"

namespace maru::store {
namespace {

constexpr uint32_t kTable = 33;
using Tuple = std::tuple<std::string, uint32_t, std::string, int64_t, bool, uint64_t>;

Tuple TakeTuple(fuzz::Input& input) {
  // In this order: arguments of a call would be taken in any.
  std::string first(input.Text());
  const auto second = input.Number<uint32_t>();
  std::string third(input.Text());
  const auto fourth = static_cast<int64_t>(input.Number<uint64_t>());
  const bool fifth = input.Bool();
  const auto sixth = input.Number<uint64_t>();
  return {std::move(first), second, std::move(third), fourth, fifth, sixth};
}

std::string Encode(const Tuple& tuple) {
  return std::apply(
      [](const auto&... part) {
        return EncodeKey<std::decay_t<decltype(part)>...>(kTable, part...);
      },
      tuple);
}

bool IsIn(const std::string& key, const KeyRange& range) {
  return key >= range.begin && (range.end.empty() || key < range.end);
}

void CheckRoundTrip(const Tuple& tuple) {
  Tuple decoded;
  MARU_CHECK(DecodeKey(Encode(tuple), kTable, decoded));
  MARU_CHECK(decoded == tuple);
  MARU_CHECK(!DecodeKey(Encode(tuple), kTable + 1, decoded));
}

void CheckOrder(const Tuple& a, const Tuple& b) {
  MARU_CHECK((Encode(a) <=> Encode(b)) == (a <=> b));
  const auto& [text, number, more, offset, flag, last] = a;
  const bool same_text = text == std::get<0>(b);
  const KeyRange by_text = PrefixRange(EncodeKey<std::string>(kTable, text));
  MARU_CHECK(IsIn(Encode(a), by_text));
  MARU_CHECK(IsIn(Encode(b), by_text) == same_text);
  const KeyRange by_three =
      PrefixRange(EncodeKey<std::string, uint32_t, std::string>(kTable, text, number, more));
  MARU_CHECK(IsIn(Encode(b), by_three) ==
             (same_text && number == std::get<1>(b) && more == std::get<2>(b)));
}

void CheckDamaged(std::string_view key) {
  Tuple decoded;
  if (DecodeKey(key, kTable, decoded)) MARU_CHECK(Encode(decoded) == key);
  std::tuple<std::string, bool> other;
  if (DecodeKey(key, kTable, other)) {
    const auto& [text, flag] = other;
    MARU_CHECK((EncodeKey<std::string, bool>(kTable, text, flag) == key));
  }
}

}  // namespace
}  // namespace maru::store

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace maru::store;
  maru::fuzz::Input input(data, size);
  const Tuple a = TakeTuple(input);
  const Tuple b = TakeTuple(input);
  CheckRoundTrip(a);
  CheckRoundTrip(b);
  CheckOrder(a, b);
  CheckOrder(b, a);
  CheckDamaged(input.Rest());
  return 0;
}
