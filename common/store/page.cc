#include "common/store/page.h"

#include "common/base/base64url.h"
#include "common/base/crc32c.h"
#include "common/base/strings.h"
#include "maru/options/v1/reasons.maru.h"
#include "maru/store/v1/store.pb.h"

namespace maru::store {

namespace {

constexpr size_t kChecksumBytes = 4;

std::string ChecksumOf(std::string_view bytes) {
  std::string checksum;
  KeyPart<uint32_t>::Append(checksum, Crc32c(bytes));
  return checksum;
}

// FNV-1a, 64 bits: the same in every process, so that a token survives a restart.
void AddToFingerprint(uint64_t& fingerprint, std::string_view bytes) {
  for (const char byte : bytes) {
    fingerprint = (fingerprint ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  }
}

}  // namespace

uint64_t ListFingerprint(std::string_view method, std::initializer_list<std::string_view> filters) {
  uint64_t fingerprint = 0xcbf29ce484222325;
  std::string parts;
  // As a key: with terminators, so that {"ab", "c"} is not {"a", "bc"}.
  KeyPart<std::string>::Append(parts, method);
  for (const std::string_view filter : filters) KeyPart<std::string>::Append(parts, filter);
  AddToFingerprint(fingerprint, parts);
  return fingerprint;
}

std::string MakePageToken(std::string_view last_key, uint64_t fingerprint) {
  v1::PageToken token;
  token.set_last_key(last_key.data(), last_key.size());
  token.set_fingerprint(fingerprint);
  std::string bytes = token.SerializeAsString();
  bytes += ChecksumOf(bytes);
  return EncodeBase64Url(bytes);
}

absl::StatusOr<std::string> ReadPageToken(const std::string& token, uint64_t fingerprint,
                                          const KeyRange& range) {
  const std::optional<std::string> decoded = DecodeBase64Url(token);
  if (!decoded.has_value() || decoded->size() < kChecksumBytes)
    return options::v1::errors::InvalidPageToken();
  const std::string bytes = decoded->substr(0, decoded->size() - kChecksumBytes);
  v1::PageToken parsed;
  const bool intact =
      decoded->substr(bytes.size()) == ChecksumOf(bytes) && parsed.ParseFromString(bytes);
  if (!intact || parsed.fingerprint() != fingerprint)
    return options::v1::errors::InvalidPageToken();
  std::string& key = *parsed.mutable_last_key();
  // Behind a key outside of the range lies what the list may not show.
  if (key < range.begin || (!range.end.empty() && key >= range.end))
    return options::v1::errors::InvalidPageToken();
  return std::move(key);
}

}  // namespace maru::store
