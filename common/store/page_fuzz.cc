// Goal: a page token continues its own list and nothing else, whatever a client makes of it.
//
// Strategy: a list (fingerprint, range) and a key make a token; the token is damaged in one byte,
// shown to another list, and replaced by arbitrary text.
//
// Invariants: what was made is read back for a key in the list's range, and refused outside of it;
// a damaged or foreign token is INVALID_PAGE_TOKEN; text that is accepted is exactly what
// MakePageToken makes, so nobody can write one token in two ways.
#include <cstdint>
#include <string>

#include "common/base/status.h"
#include "common/fuzz/input.h"
#include "common/rpc/error.h"
#include "common/store/key.h"
#include "common/store/page.h"

namespace maru::store {
namespace {

bool IsIn(std::string_view key, const KeyRange& range) {
  return key >= range.begin && (range.end.empty() || key < range.end);
}

// The key that the token names, or nothing where it was properly refused.
bool Reads(const std::string& token, uint64_t fingerprint, const KeyRange& range,
           std::string& key) {
  absl::StatusOr<std::string> read = ReadPageToken(token, fingerprint, range);
  if (!read.ok()) {
    MARU_CHECK(read.status().code() == absl::StatusCode::kInvalidArgument);
    MARU_CHECK(rpc::ReasonOf(read.status()) == "INVALID_PAGE_TOKEN");
    return false;
  }
  MARU_CHECK(IsIn(*read, range));
  key = *std::move(read);
  return true;
}

}  // namespace
}  // namespace maru::store

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace maru::store;
  maru::fuzz::Input input(data, size);
  const auto fingerprint = input.Number<uint64_t>();
  const KeyRange range = PrefixRange(std::string(input.Text()));
  const std::string key(input.Text());
  const std::string token = MakePageToken(key, fingerprint);
  std::string read;
  MARU_CHECK(Reads(token, fingerprint, range, read) == IsIn(key, range));
  if (IsIn(key, range)) MARU_CHECK(read == key);
  MARU_CHECK(!Reads(token, fingerprint + 1, range, read));

  std::string damaged = token;
  char& byte = damaged[input.Below(damaged.size())];
  const char before = byte;
  byte = static_cast<char>(input.Number<uint8_t>());
  if (byte != before) MARU_CHECK(!Reads(damaged, fingerprint, range, read));

  const std::string arbitrary(input.Rest());
  const uint64_t list = input.empty() ? fingerprint : 0;
  if (Reads(arbitrary, list, KeyRange(), read)) MARU_CHECK(MakePageToken(read, list) == arbitrary);
  return 0;
}
