// Goal: nobody gets in by a token that was not signed by the key of who it speaks for.
//
// Strategy: the input is text. Either one line, a token as it comes from outside; or four: who
// signs ("users", "review", or anybody else, whose key is not in the folder), the header's JSON,
// the payload's JSON, and the damage: pairs of a position and a character that is put there.
//
// Invariants: what was not signed is refused, as UNAUTHENTICATED with a cause; what is accepted was
// signed with the key that its issuer names, is for this audience, and has not expired (read off
// the JSON anew, by the model); the identity is the one of the payload, and the role service comes
// from contexts alone; a second look, from the cache, says the same.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/base64url.h"
#include "common/base/status.h"
#include "common/rpc/error.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/verifier.h"

namespace maru::rpc {
namespace {

using nlohmann::json;

class FixedClock final : public Clock {
 public:
  Instant Now() const override { return Instant(); }
  absl::Time WallNow() const override { return absl::FromUnixSeconds(1'800'000'000); }
};

// Keys of people and of one context in a folder, and one that nobody knows.
class Keys {
 public:
  Keys() {
    std::string folder = std::filesystem::temp_directory_path() / "token_fuzz.XXXXXX";
    MARU_CHECK(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    MARU_CHECK(EnsureKeyPair(UserKeyFolder(folder_)).ok());
    MARU_CHECK(EnsureKeyPair(ServiceKeyFolder(folder_, "datecourse-review")).ok());
    MARU_CHECK(EnsureKeyPair(folder_ + "/stranger").ok());
    users_ = *LoadPrivateKey(UserKeyFolder(folder_));
    review_ = *LoadPrivateKey(ServiceKeyFolder(folder_, "datecourse-review"));
    stranger_ = *LoadPrivateKey(folder_ + "/stranger");
  }
  ~Keys() { std::filesystem::remove_all(folder_); }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  const std::string& folder() const { return folder_; }
  const Es256PrivateKey& Of(absl::string_view who) const {
    return who == "users" ? *users_ : who == "review" ? *review_ : *stranger_;
  }

 private:
  std::string folder_;
  std::optional<Es256PrivateKey> users_;
  std::optional<Es256PrivateKey> review_;
  std::optional<Es256PrivateKey> stranger_;
};

bool Has(const json& list, const std::string& text) {
  return list == text ||
         (list.is_array() && std::find(list.begin(), list.end(), text) != list.end());
}

// Whether the token that was signed so may be accepted.
bool MayPass(absl::string_view signer, const json& header, const json& payload, absl::Time now) {
  if (!header.is_object() || !payload.is_object() || header.value("alg", json()) != "ES256")
    return false;
  const json exp = payload.value("exp", json());
  if (!exp.is_number() ||
      absl::UnixEpoch() + absl::Seconds(exp.get<double>()) + absl::Seconds(5) <= now)
    return false;
  const json kid = header.value("kid", json());
  const json aud = payload.value("aud", json());
  const json iss = payload.value("iss", json());
  if (signer == "users") return iss == "maru-users" && kid == "users" && Has(aud, "maru");
  return signer == "review" && iss == "maru-services" && kid == "datecourse-review" &&
         payload.value("sub", json()) == kid && Has(aud, "datecourse-schedule");
}

void CheckAccepted(const Identity& identity, absl::string_view signer, const json& payload) {
  MARU_CHECK(payload.value("sub", json()) == identity.subject);
  MARU_CHECK(identity.Is(options::v1::ROLE_SERVICE) == (signer == "review"));
  MARU_CHECK(!identity.Is(options::v1::ROLE_ANY) && !identity.Is(options::v1::ROLE_OPEN));
  const json roles = payload.value("roles", json::array());
  MARU_CHECK(!identity.Is(options::v1::ROLE_ADMIN) || Has(roles, "admin") || Has(roles, "ADMIN") ||
             std::any_of(roles.begin(), roles.end(), [](const json& role) {
               return role.is_string() && role.get<std::string>().size() == 5;
             }));
}

class Check {
 public:
  Check(const Keys& keys, const Clock& clock)
      : keys_(keys),
        clock_(clock),
        verifier_(
            {.keys_folder = keys.folder(), .deployment = "datecourse-schedule", .max_cached = 4},
            clock) {}

  void Unsigned(const std::string& token) { MARU_CHECK(!Passes(token).has_value()); }

  void Signed(const std::vector<std::string>& lines) {
    const std::string signed_part =
        absl::StrCat(EncodeBase64Url(lines[1]), ".", EncodeBase64Url(lines[2]));
    std::string token =
        absl::StrCat(signed_part, ".", EncodeBase64Url(*keys_.Of(lines[0]).Sign(signed_part)));
    for (size_t i = 0; lines.size() > 3 && i + 1 < lines[3].size(); i += 2) {
      token[static_cast<uint8_t>(lines[3][i]) * 7 % token.size()] = lines[3][i + 1];
    }
    const std::optional<Authenticated> authenticated = Passes(token);
    if (!authenticated.has_value()) return;
    // ECDSA takes two signatures for one; what is signed is not to be changed at all.
    MARU_CHECK(token.substr(0, token.rfind('.')) == signed_part);
    const json payload = json::parse(lines[2], nullptr, false);
    MARU_CHECK(MayPass(lines[0], json::parse(lines[1], nullptr, false), payload, clock_.WallNow()));
    CheckAccepted(*authenticated->identity, lines[0], payload);
    MARU_CHECK(Passes(token)->identity == authenticated->identity);
  }

 private:
  std::optional<Authenticated> Passes(const std::string& token) {
    absl::StatusOr<Authenticated> result = verifier_.Authenticate(token);
    if (result.ok()) return *std::move(result);
    MARU_CHECK(ReasonOf(result.status()) == "UNAUTHENTICATED");
    MARU_CHECK(!ErrorInfoOf(result.status())->metadata().at("cause").empty());
    return std::nullopt;
  }

  const Keys& keys_;
  const Clock& clock_;
  Verifier verifier_;
};

}  // namespace
}  // namespace maru::rpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace maru::rpc;
  static const Keys keys;
  const FixedClock clock;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> lines = absl::StrSplit(text, absl::MaxSplits('\n', 3));
  Check check(keys, clock);
  if (lines.size() < 3) {
    check.Unsigned(text);
  } else {
    check.Signed(lines);
  }
  return 0;
}
