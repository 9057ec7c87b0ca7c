#include "common/rpc/identity/verifier.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/rpc/identity/key_files.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {

namespace {

constexpr absl::Duration kReloadInterval = absl::Seconds(1);

absl::Status Refused(std::string_view cause) { return options::v1::errors::Unauthenticated(cause); }

// "customer" → ROLE_CUSTOMER; nothing for what no person can be.
std::optional<Role> RoleOfPerson(const std::string& name) {
  Role role;
  if (!options::v1::Role_Parse(absl::StrCat("ROLE_", absl::AsciiStrToUpper(name)), &role))
    return std::nullopt;
  switch (role) {
    case options::v1::ROLE_UNSPECIFIED:
    case options::v1::ROLE_ANY:
    case options::v1::ROLE_OPEN:
    case options::v1::ROLE_SERVICE:
      return std::nullopt;
    default:
      return role;
  }
}

bool Contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

absl::StatusOr<Authenticated> Verifier::Authenticate(std::string_view token) {
  const auto found = by_token_.find(ToAbsl(token));
  if (found != by_token_.end()) {
    Slot& slot = *found->second;
    if (clock_.WallNow() < slot.authenticated.expire_time) {
      slot.used = true;
      return slot.authenticated;
    }
    by_token_.erase(found);
    slot = Slot();
    return Refused("expired");
  }
  ASSIGN_OR_RETURN(const Authenticated authenticated, Verify(token));
  Remember(token, authenticated);
  return authenticated;
}

absl::StatusOr<Authenticated> Verifier::Verify(std::string_view token) {
  const absl::StatusOr<ParsedToken> parsed = ParseToken(token);
  if (!parsed.ok()) return Refused(ToStd(parsed.status().message()));
  if (parsed->algorithm != "ES256") return Refused("the algorithm is not ES256");
  RETURN_IF_ERROR(CheckSignature(*parsed));
  RETURN_IF_ERROR(CheckTimes(parsed->claims));
  ASSIGN_OR_RETURN(Identity identity, IdentityOf(parsed->claims));
  return Authenticated{std::make_shared<const Identity>(std::move(identity)),
                       parsed->claims.expire_time + options_.leeway};
}

absl::Status Verifier::CheckSignature(const ParsedToken& token) {
  ASSIGN_OR_RETURN(const std::string folder, KeyFolderOf(token));
  if (SignedWith(folder, token)) return absl::OkStatus();
  // Perhaps the key is newer than what was read.
  if (MayReload()) {
    ReadKeys();
    if (SignedWith(folder, token)) return absl::OkStatus();
  }
  return Refused(keys_.contains(folder) ? "wrong signature" : "unknown key");
}

bool Verifier::SignedWith(const std::string& folder, const ParsedToken& token) const {
  const auto key = keys_.find(folder);
  return key != keys_.end() && key->second.Verify(token.signed_part, token.signature);
}

absl::StatusOr<std::string> Verifier::KeyFolderOf(const ParsedToken& token) const {
  if (token.claims.issuer == kUserIssuer) {
    if (token.key_id != kUserKeyId) return Refused("unknown key");
    return UserKeyFolder(options_.keys_folder);
  }
  if (token.claims.issuer == kServiceIssuer) {
    // The key of its subject: a context cannot speak for another.
    if (token.key_id != token.claims.subject || !IsDeploymentName(token.key_id))
      return Refused("unknown key");
    return ServiceKeyFolder(options_.keys_folder, token.key_id);
  }
  return Refused("unknown issuer");
}

void Verifier::ReadKeys() {
  keys_.clear();
  std::vector<std::string> folders = {UserKeyFolder(options_.keys_folder)};
  for (const std::string& deployment : ServiceKeysIn(options_.keys_folder)) {
    folders.push_back(ServiceKeyFolder(options_.keys_folder, deployment));
  }
  for (const std::string& folder : folders) {
    // A key that cannot be read is an unknown one: its tokens are refused and say so.
    if (absl::StatusOr<Es256PublicKey> key = key_source_->PublicKey(folder); key.ok()) {
      keys_.emplace(folder, *std::move(key));
    }
  }
}

bool Verifier::MayReload() {
  const Instant now = clock_.Now();
  if (last_reload_.has_value() && now - *last_reload_ < kReloadInterval) return false;
  last_reload_ = now;
  return true;
}

absl::Status Verifier::CheckTimes(const Claims& claims) const {
  const absl::Time now = clock_.WallNow();
  if (now >= claims.expire_time + options_.leeway) return Refused("expired");
  if (claims.not_before.has_value() && now + options_.leeway < *claims.not_before)
    return Refused("not valid yet");
  return absl::OkStatus();
}

absl::StatusOr<Identity> Verifier::IdentityOf(const Claims& claims) const {
  const bool is_service = claims.issuer == kServiceIssuer;
  if (!Contains(claims.audiences,
                is_service ? std::string_view(options_.deployment) : kUserAudience)) {
    return Refused("another audience");
  }
  Identity identity;
  identity.subject = claims.subject;
  if (is_service) {
    identity.roles.Add(options::v1::ROLE_SERVICE);
    return identity;
  }
  if (Contains(claims.roles, "service")) return Refused("role service from the users' issuer");
  for (const std::string& name : claims.roles) {
    // A role that this version does not know gives no rights.
    if (const std::optional<Role> role = RoleOfPerson(name); role.has_value())
      identity.roles.Add(*role);
  }
  identity.store_ids = claims.store_ids;
  return identity;
}

void Verifier::Remember(std::string_view token, const Authenticated& authenticated) {
  if (options_.max_cached == 0) return;
  Slot& slot = FreeSlot();
  slot.token = std::string(token);
  slot.authenticated = authenticated;
  slot.used = false;
  by_token_.emplace(ToAbsl(slot.token), &slot);
}

Verifier::Slot& Verifier::FreeSlot() {
  if (slots_.size() < options_.max_cached) return slots_.emplace_back();
  while (true) {
    Slot& slot = slots_[hand_];
    hand_ = (hand_ + 1) % slots_.size();
    if (std::exchange(slot.used, false)) continue;
    if (!slot.token.empty()) by_token_.erase(ToAbsl(slot.token));
    return slot;
  }
}

}  // namespace maru::rpc
