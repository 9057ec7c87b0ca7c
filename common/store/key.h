// Keys: table number + tuple, as bytes whose order is the order of the tuples.
//
// Settled on disk. A key is the concatenation of
//   table number   4 bytes, big-endian
//   std::string    its bytes with 0x00 written as 0x00 0xff, then 0x00 0x01 as terminator
//   uint32_t       4 bytes, big-endian
//   uint64_t       8 bytes, big-endian
//   int64_t        8 bytes, big-endian, sign bit flipped
//   bool           1 byte, 0 or 1
// The terminator sorts before every continuation of the string (0x00 0xff, or a byte above 0x00),
// so "a" < "a\0" < "ab" whatever follows in the tuple.
//
//   (table 33, "서울", 7u)  →  00000021 ec849c ec9ab8 0001 00000007
#ifndef MARU_COMMON_STORE_KEY_H_
#define MARU_COMMON_STORE_KEY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "common/store/backend.h"

namespace maru::store {

// How a type is written in a key. `Param` is how it is passed to functions. `Read` takes its bytes
// off the front of `in`; false when they are not such a value.
template <class T>
struct KeyPart;

template <>
struct KeyPart<std::string> {
  using Param = std::string_view;
  static void Append(std::string& out, std::string_view value);
  static bool Read(std::string_view& in, std::string& value);
};

template <>
struct KeyPart<uint32_t> {
  using Param = uint32_t;
  static void Append(std::string& out, uint32_t value);
  static bool Read(std::string_view& in, uint32_t& value);
};

template <>
struct KeyPart<uint64_t> {
  using Param = uint64_t;
  static void Append(std::string& out, uint64_t value);
  static bool Read(std::string_view& in, uint64_t& value);
};

template <>
struct KeyPart<int64_t> {
  using Param = int64_t;
  static void Append(std::string& out, int64_t value);
  static bool Read(std::string_view& in, int64_t& value);
};

template <>
struct KeyPart<bool> {
  using Param = bool;
  static void Append(std::string& out, bool value);
  static bool Read(std::string_view& in, bool& value);
};

template <class T>
using KeyParam = typename KeyPart<T>::Param;

// EncodeKey<std::string, uint32_t>(33, "서울", 7): the key of a row, or the prefix of several.
template <class... T>
std::string EncodeKey(uint32_t table, KeyParam<T>... parts) {
  std::string key;
  key.reserve(64);
  KeyPart<uint32_t>::Append(key, table);
  (KeyPart<T>::Append(key, parts), ...);
  return key;
}

// The tuple of a key of `table`; false when the key is none of these.
template <class... T>
bool DecodeKey(std::string_view key, uint32_t table, std::tuple<T...>& parts) {
  uint32_t number = 0;
  if (!KeyPart<uint32_t>::Read(key, number) || number != table) return false;
  const bool read =
      std::apply([&](T&... part) { return (KeyPart<T>::Read(key, part) && ...); }, parts);
  return read && key.empty();
}

// All keys that begin with `prefix`.
KeyRange PrefixRange(std::string prefix);

// The key for people: hex, cut short.
std::string DescribeKey(std::string_view key);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_KEY_H_
