#include "common/store/key.h"

#include "absl/strings/escaping.h"
#include "common/base/strings.h"

namespace maru::store {

namespace {

template <class T>
void AppendBigEndian(std::string& out, T value) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint8_t>(value >> shift)));
  }
}

template <class T>
bool ReadBigEndian(std::string_view& in, T& value) {
  if (in.size() < sizeof(T)) return false;
  value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = (value << 8) | static_cast<uint8_t>(in[i]);
  in.remove_prefix(sizeof(T));
  return true;
}

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xff';
constexpr char kTerminator = '\x01';

}  // namespace

void KeyPart<std::string>::Append(std::string& out, std::string_view value) {
  while (true) {
    const size_t zero = value.find('\0');
    out.append(value.substr(0, zero));
    out.push_back(kEscape);
    if (zero == std::string_view::npos) break;
    out.push_back(kEscapedZero);
    value.remove_prefix(zero + 1);
  }
  out.push_back(kTerminator);
}

bool KeyPart<std::string>::Read(std::string_view& in, std::string& value) {
  value.clear();
  while (true) {
    const size_t escape = in.find(kEscape);
    if (escape == std::string_view::npos || escape + 1 == in.size()) return false;
    const char kind = in[escape + 1];
    value.append(in.substr(0, escape));
    in.remove_prefix(escape + 2);
    if (kind == kTerminator) return true;
    if (kind != kEscapedZero) return false;
    value.push_back('\0');
  }
}

void KeyPart<uint32_t>::Append(std::string& out, uint32_t value) { AppendBigEndian(out, value); }
bool KeyPart<uint32_t>::Read(std::string_view& in, uint32_t& value) {
  return ReadBigEndian(in, value);
}

void KeyPart<uint64_t>::Append(std::string& out, uint64_t value) { AppendBigEndian(out, value); }
bool KeyPart<uint64_t>::Read(std::string_view& in, uint64_t& value) {
  return ReadBigEndian(in, value);
}

void KeyPart<int64_t>::Append(std::string& out, int64_t value) {
  AppendBigEndian(out, static_cast<uint64_t>(value) ^ kSignBit);
}
bool KeyPart<int64_t>::Read(std::string_view& in, int64_t& value) {
  uint64_t bits = 0;
  if (!ReadBigEndian(in, bits)) return false;
  value = static_cast<int64_t>(bits ^ kSignBit);
  return true;
}

void KeyPart<bool>::Append(std::string& out, bool value) { out.push_back(value ? '\x01' : '\x00'); }
bool KeyPart<bool>::Read(std::string_view& in, bool& value) {
  if (in.empty() || static_cast<uint8_t>(in[0]) > 1) return false;
  value = in[0] != 0;
  in.remove_prefix(1);
  return true;
}

KeyRange PrefixRange(std::string prefix) {
  std::string end = prefix;
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return {std::move(prefix), std::move(end)};
}

std::string DescribeKey(std::string_view key) {
  constexpr size_t kShown = 48;
  std::string hex = absl::BytesToHexString(ToAbsl(key.substr(0, kShown)));
  if (key.size() > kShown) hex += "…";
  return hex;
}

}  // namespace maru::store
