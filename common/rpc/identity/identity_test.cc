// Goal: nobody gets in who should not: each way to forge, stretch or misuse a token is refused with
// its cause. Method: real keys in a folder, a clock under the test's hand, tokens with one thing
// wrong each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/strings.h"
#include "common/rpc/error.h"
#include "common/rpc/identity/es256.h"
#include "common/rpc/identity/jwt.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/signer.h"
#include "common/rpc/identity/verifier.h"

namespace maru::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace options::v1;  // ROLE_…

class HandClock final : public Clock {
 public:
  Instant Now() const override { return now; }
  absl::Time WallNow() const override { return wall; }
  void Advance(absl::Duration by) {
    now = now + by;
    wall += by;
  }

  Instant now;
  absl::Time wall = absl::FromUnixSeconds(1'800'000'000);
};

std::string CauseOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  const std::optional<google::rpc::ErrorInfo> info = ErrorInfoOf(status);
  return info.has_value() ? info->metadata().at("cause") : "";
}

class IdentityTest : public testing::Test {
 protected:
  IdentityTest()
      : keys_(absl::StrCat(testing::TempDir(), "/identity_test.", getpid(), ".",
                           testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(keys_);
    EXPECT_TRUE(EnsureKeyPair(UserKeyFolder(keys_)).ok());
    for (const char* deployment : {"datecourse-review", "datecourse-schedule"}) {
      EXPECT_TRUE(EnsureKeyPair(ServiceKeyFolder(keys_, deployment)).ok());
    }
  }
  ~IdentityTest() override { std::filesystem::remove_all(keys_); }

  Verifier MakeVerifier(size_t max_cached = 10'000) {
    VerifierOptions options;
    options.keys_folder = keys_;
    options.deployment = "datecourse-schedule";
    options.max_cached = max_cached;
    return Verifier(options, clock_);
  }
  Es256PrivateKey UserKey() { return *LoadPrivateKey(UserKeyFolder(keys_)); }
  Es256PrivateKey ServiceKey(std::string_view deployment) {
    return *LoadPrivateKey(ServiceKeyFolder(keys_, deployment));
  }
  Claims UserClaims() {
    Claims claims;
    claims.issuer = kUserIssuer;
    claims.subject = "kim";
    claims.audiences = {std::string(kUserAudience)};
    claims.expire_time = clock_.wall + absl::Hours(1);
    claims.roles = {"customer"};
    return claims;
  }
  Claims ServiceClaims() {
    Claims claims;
    claims.issuer = kServiceIssuer;
    claims.subject = "datecourse-review";
    claims.audiences = {"datecourse-schedule"};
    claims.expire_time = clock_.wall + absl::Minutes(5);
    claims.roles = {"service"};
    return claims;
  }
  std::string UserToken(std::function<void(Claims&)> change = [](Claims&) {}) {
    Claims claims = UserClaims();
    change(claims);
    return *MakeToken(claims, kUserKeyId, UserKey());
  }
  // A token of any JSON, signed well.
  std::string Signed(std::string_view header, std::string_view payload) {
    const std::string part = absl::StrCat(absl::WebSafeBase64Escape(ToAbsl(header)), ".",
                                          absl::WebSafeBase64Escape(ToAbsl(payload)));
    return absl::StrCat(part, ".", absl::WebSafeBase64Escape(*UserKey().Sign(part)));
  }
  std::string CauseOfRefusal(const std::string& token) {
    Verifier verifier = MakeVerifier();
    const absl::StatusOr<Authenticated> result = verifier.Authenticate(token);
    EXPECT_EQ(verifier.cached(), result.ok() ? 1u : 0u);
    return CauseOf(result.status());
  }

  const std::string keys_;
  HandClock clock_;
};

TEST_F(IdentityTest, APersonIsWhoTheTokenSays) {
  Verifier verifier = MakeVerifier();
  const std::string token = UserToken([](Claims& claims) {
    claims.roles = {"customer", "owner", "astronaut"};
    claims.store_ids = {"store-1", "store-2"};
  });
  const absl::StatusOr<Authenticated> result = verifier.Authenticate(token);
  ASSERT_TRUE(result.ok()) << result.status();
  const Identity& identity = *result->identity;
  EXPECT_EQ(identity.subject, "kim");
  EXPECT_TRUE(identity.Is(ROLE_CUSTOMER));
  EXPECT_TRUE(identity.Is(ROLE_OWNER));
  EXPECT_FALSE(identity.Is(ROLE_ADMIN));
  EXPECT_FALSE(identity.Is(ROLE_SERVICE));
  EXPECT_THAT(identity.store_ids, ElementsAre("store-1", "store-2"));
  EXPECT_GE(result->expire_time, clock_.wall + absl::Hours(1));
}

TEST_F(IdentityTest, AContextIsAServiceAndNothingElse) {
  Verifier verifier = MakeVerifier();
  Claims claims = ServiceClaims();
  claims.roles = {"service", "admin"};
  const auto result = verifier.Authenticate(
      *MakeToken(claims, "datecourse-review", ServiceKey("datecourse-review")));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->identity->subject, "datecourse-review");
  EXPECT_TRUE(result->identity->Is(ROLE_SERVICE));
  EXPECT_FALSE(result->identity->Is(ROLE_ADMIN));
}

// Forged.
TEST_F(IdentityTest, RefusesAlgNone) {
  const std::string good = UserToken();
  const std::string payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  const std::string header = absl::WebSafeBase64Escape(R"({"alg":"none","kid":"users"})");
  EXPECT_EQ(CauseOfRefusal(absl::StrCat(header, payload, ".")), "the algorithm is not ES256");
}

TEST_F(IdentityTest, RefusesOtherAlgorithmsEvenWhenTheSignatureWouldFit) {
  const std::string payload = absl::StrCat(R"({"iss":"maru-users","sub":"kim","aud":"maru","exp":)",
                                           absl::ToUnixSeconds(clock_.wall) + 60, "}");
  for (const char* algorithm : {"HS256", "RS256", "es256", "ES384", ""}) {
    const std::string header = absl::StrCat(R"({"kid":"users","alg":")", algorithm, R"("})");
    EXPECT_EQ(CauseOfRefusal(Signed(header, payload)), "the algorithm is not ES256") << algorithm;
  }
  EXPECT_TRUE(
      MakeVerifier().Authenticate(Signed(R"({"kid":"users","alg":"ES256"})", payload)).ok());
}

TEST_F(IdentityTest, RefusesAnotherKey) {
  const Es256PrivateKey strange = *Es256PrivateKey::FromPem(GenerateEs256KeyPair()->private_pem);
  EXPECT_EQ(CauseOfRefusal(*MakeToken(UserClaims(), kUserKeyId, strange)), "wrong signature");
}

TEST_F(IdentityTest, RefusesEveryChangedByte) {
  const std::string good = UserToken();
  Verifier verifier = MakeVerifier();
  ASSERT_TRUE(verifier.Authenticate(good).ok());
  for (size_t i = 0; i + 1 < good.size(); i += 3) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    if (bad == good) continue;
    EXPECT_FALSE(verifier.Authenticate(bad).ok()) << i;
  }
  EXPECT_EQ(verifier.cached(), 1u);
}

TEST_F(IdentityTest, RefusesAContextThatSpeaksForAnother) {
  // Signed by review, says it is schedule.
  Claims claims = ServiceClaims();
  claims.subject = "datecourse-schedule";
  const Es256PrivateKey key = ServiceKey("datecourse-review");
  EXPECT_EQ(CauseOfRefusal(*MakeToken(claims, "datecourse-review", key)), "unknown key");
  EXPECT_EQ(CauseOfRefusal(*MakeToken(claims, "datecourse-schedule", key)), "wrong signature");
}

TEST_F(IdentityTest, RefusesAContextThatSpeaksForAPersonAndAPersonThatSpeaksForAContext) {
  EXPECT_EQ(CauseOfRefusal(
                *MakeToken(UserClaims(), "datecourse-review", ServiceKey("datecourse-review"))),
            "unknown key");
  EXPECT_EQ(CauseOfRefusal(*MakeToken(UserClaims(), kUserKeyId, ServiceKey("datecourse-review"))),
            "wrong signature");
  EXPECT_EQ(CauseOfRefusal(*MakeToken(ServiceClaims(), "datecourse-review", UserKey())),
            "wrong signature");
  EXPECT_EQ(
      CauseOfRefusal(UserToken([](Claims& claims) { claims.roles = {"customer", "service"}; })),
      "role service from the users' issuer");
}

TEST_F(IdentityTest, RefusesKeyIdsThatAreNoNames) {
  for (const char* name : {"../users", "..", "a/b", "", "UPPER", "한글"}) {
    Claims claims = ServiceClaims();
    claims.subject = name;
    const std::string token = *MakeToken(claims, name, UserKey());
    EXPECT_THAT(CauseOfRefusal(token), ::testing::AnyOf("unknown key", HasSubstr("claim sub")))
        << name;
  }
}

// For others.
TEST_F(IdentityTest, RefusesAnotherAudience) {
  EXPECT_EQ(CauseOfRefusal(UserToken([](Claims& claims) { claims.audiences = {"elsewhere"}; })),
            "another audience");
  EXPECT_EQ(CauseOfRefusal(UserToken([](Claims& claims) { claims.audiences = {}; })),
            "another audience");
  // A callee cannot pass its caller's token on.
  Claims claims = ServiceClaims();
  claims.audiences = {"datecourse-communication"};
  EXPECT_EQ(
      CauseOfRefusal(*MakeToken(claims, "datecourse-review", ServiceKey("datecourse-review"))),
      "another audience");
  claims.audiences = {std::string(kUserAudience)};
  EXPECT_EQ(
      CauseOfRefusal(*MakeToken(claims, "datecourse-review", ServiceKey("datecourse-review"))),
      "another audience");
  EXPECT_TRUE(MakeVerifier()
                  .Authenticate(UserToken([](Claims& c) { c.audiences = {"elsewhere", "maru"}; }))
                  .ok());
}

TEST_F(IdentityTest, RefusesAnotherIssuer) {
  EXPECT_EQ(
      CauseOfRefusal(UserToken([](Claims& claims) { claims.issuer = "https://example.com"; })),
      "unknown issuer");
}

// Out of time.
TEST_F(IdentityTest, RefusesAnExpiredTokenAfterTheLeeway) {
  const std::string token =
      UserToken([this](Claims& claims) { claims.expire_time = clock_.wall - absl::Seconds(6); });
  EXPECT_EQ(CauseOfRefusal(token), "expired");
  EXPECT_TRUE(MakeVerifier()
                  .Authenticate(UserToken([this](Claims& claims) {
                    claims.expire_time = clock_.wall - absl::Seconds(3);
                  }))
                  .ok());
}

TEST_F(IdentityTest, RefusesACachedTokenOnceItExpires) {
  Verifier verifier = MakeVerifier();
  const std::string token =
      UserToken([this](Claims& claims) { claims.expire_time = clock_.wall + absl::Minutes(1); });
  EXPECT_TRUE(verifier.Authenticate(token).ok());
  EXPECT_TRUE(verifier.Authenticate(token).ok());
  clock_.Advance(absl::Seconds(66));
  EXPECT_EQ(CauseOf(verifier.Authenticate(token).status()), "expired");
  EXPECT_EQ(verifier.cached(), 0u);
  EXPECT_EQ(CauseOf(verifier.Authenticate(token).status()), "expired");
}

TEST_F(IdentityTest, RefusesATokenBeforeItsTime) {
  EXPECT_EQ(CauseOfRefusal(
                UserToken([this](Claims& c) { c.not_before = clock_.wall + absl::Seconds(6); })),
            "not valid yet");
  EXPECT_TRUE(MakeVerifier()
                  .Authenticate(UserToken(
                      [this](Claims& c) { c.not_before = clock_.wall + absl::Seconds(4); }))
                  .ok());
}

// Malformed.
TEST_F(IdentityTest, RefusesWhatIsNoToken) {
  const struct {
    std::string token;
    std::string cause;
  } cases[] = {
      {"", "not three parts"},
      {"a.b", "not three parts"},
      {"a.b.c.d", "not three parts"},
      {"!.b.c", "not base64url"},
      {"eyJ9 .e30.AA", "not base64url"},
      {absl::StrCat(absl::WebSafeBase64Escape("[1]"), ".e30.AA"), "not a JSON object"},
      {absl::StrCat(absl::WebSafeBase64Escape("{\"alg\":"), ".e30.AA"), "not a JSON object"},
      {std::string(kMaxTokenBytes + 1, 'a'), "too long"},
  };
  for (const auto& bad : cases)
    EXPECT_EQ(CauseOfRefusal(bad.token), bad.cause) << bad.token.substr(0, 50);
}

TEST_F(IdentityTest, RefusesClaimsOfTheWrongType) {
  constexpr std::string_view kHeader = R"({"alg":"ES256","kid":"users"})";
  const struct {
    std::string payload;
    std::string cause;
  } cases[] = {
      {R"({"iss":"maru-users","aud":"maru","sub":"kim"})", "claim exp is missing"},
      {R"({"iss":"maru-users","aud":"maru","sub":"kim","exp":"never"})", "claim exp is no time"},
      {R"({"iss":"maru-users","aud":"maru","sub":"kim","exp":1e300})", "claim exp is no time"},
      {R"({"iss":"maru-users","aud":"maru","sub":"kim","exp":-1})", "claim exp is no time"},
      {R"({"iss":"maru-users","aud":"maru","exp":1900000000})", "claim sub is missing or no id"},
      {R"({"iss":"maru-users","aud":"maru","sub":"김 철수","exp":1900000000})",
       "claim sub is missing or no id"},
      {R"({"iss":"maru-users","aud":"maru","sub":"a\nb","exp":1900000000})",
       "claim sub is missing or no id"},
      {R"({"iss":"maru-users","aud":"maru","sub":7,"exp":1900000000})", "claim sub is no string"},
      {R"({"iss":["maru-users"],"aud":"maru","sub":"kim","exp":1900000000})",
       "claim iss is no string"},
      {R"({"iss":"maru-users","aud":5,"sub":"kim","exp":1900000000})",
       "claim aud is no list of strings"},
      {R"({"iss":"maru-users","aud":"maru","sub":"kim","exp":1900000000,"roles":"admin"})",
       "claim roles is no list of strings"},
      {R"({"iss":"maru-users","aud":"maru","sub":"kim","exp":1900000000,"roles":[{"admin":1}]})",
       "claim roles is no list of strings"},
      {R"({"iss":"maru-users","aud":"maru","sub":"kim","exp":1900000000,"nbf":true})",
       "claim nbf is no time"},
  };
  for (const auto& bad : cases)
    EXPECT_EQ(CauseOfRefusal(Signed(kHeader, bad.payload)), bad.cause) << bad.payload;
  EXPECT_EQ(
      CauseOfRefusal(Signed(R"({"alg":"ES256","kid":"users","crit":["b64"]})",
                            R"({"iss":"maru-users","aud":"maru","sub":"kim","exp":1900000000})")),
      "critical extensions");
  // Deep nesting neither crashes nor throws.
  EXPECT_EQ(CauseOfRefusal(Signed(kHeader, std::string(3000, '['))), "not a JSON object");
}

// The cache.
TEST_F(IdentityTest, RemembersABoundedNumberOfTokensAndKeepsTheBusyOnes) {
  Verifier verifier = MakeVerifier(10);
  const std::string busy = UserToken([](Claims& claims) { claims.subject = "busy"; });
  const auto first = verifier.Authenticate(busy);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(
        verifier
            .Authenticate(UserToken([i](Claims& c) { c.subject = absl::StrCat("customer-", i); }))
            .ok());
    const auto again = verifier.Authenticate(busy);
    // The same object: it was not verified again.
    EXPECT_EQ(again->identity.get(), first->identity.get()) << i;
  }
  EXPECT_EQ(verifier.cached(), 10u);
}

TEST_F(IdentityTest, KnowsKeysThatCameLater) {
  Verifier verifier = MakeVerifier();
  ASSERT_TRUE(EnsureKeyPair(ServiceKeyFolder(keys_, "datecourse-late")).ok());
  Claims claims = ServiceClaims();
  claims.subject = "datecourse-late";
  const std::string token = *MakeToken(claims, "datecourse-late", ServiceKey("datecourse-late"));
  EXPECT_TRUE(verifier.Authenticate(token).ok());
}

TEST_F(IdentityTest, TakesAReplacedKeyWithinASecond) {
  Verifier verifier = MakeVerifier();
  const auto replace_key = [this] {
    std::filesystem::remove_all(UserKeyFolder(keys_));
    ASSERT_TRUE(EnsureKeyPair(UserKeyFolder(keys_)).ok());
  };
  replace_key();
  EXPECT_TRUE(verifier.Authenticate(UserToken()).ok());
  replace_key();
  const std::string token = UserToken([](Claims& claims) { claims.subject = "lee"; });
  // Keys were read a moment ago: for a second, tokens that do not fit cost no further reading.
  EXPECT_EQ(CauseOf(verifier.Authenticate(token).status()), "wrong signature");
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(verifier.Authenticate(token).ok());
}

// Signing.
TEST_F(IdentityTest, ServiceTokensAreRenewedEarly) {
  auto signer = ServiceSigner::Load(keys_, "datecourse-review", clock_);
  ASSERT_TRUE(signer.ok()) << signer.status();
  Verifier verifier = MakeVerifier();
  const std::string first = *(*signer)->TokenFor("datecourse-schedule");
  EXPECT_TRUE(verifier.Authenticate(first).ok());
  EXPECT_EQ(*(*signer)->TokenFor("datecourse-schedule"), first);
  EXPECT_NE(*(*signer)->TokenFor("datecourse-message"), first);
  clock_.Advance(absl::Minutes(4) + absl::Seconds(1));
  const std::string second = *(*signer)->TokenFor("datecourse-schedule");
  EXPECT_NE(second, first);
  clock_.Advance(absl::Seconds(50));
  EXPECT_TRUE(verifier.Authenticate(second).ok());
  // A calendar set back does not make a token of the future stay.
  clock_.wall -= absl::Hours(1);
  EXPECT_NE(*(*signer)->TokenFor("datecourse-schedule"), second);
}

TEST_F(IdentityTest, ASignerWithoutItsKeySaysWhichFile) {
  const auto signer = ServiceSigner::Load(keys_, "datecourse-nobody", clock_);
  EXPECT_EQ(signer.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(signer.status().message()),
              HasSubstr("services/datecourse-nobody/private.pem"));
}

TEST_F(IdentityTest, UserTokensAreTakenAsTheyWereSigned) {
  const absl::StatusOr<std::string> token =
      SignUserToken(UserKey(), {"park", {"host"}, {}}, clock_.wall, absl::Hours(1));
  const auto result = MakeVerifier().Authenticate(*token);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->identity->Is(ROLE_HOST));
}

// Key files.
TEST_F(IdentityTest, KeyPairsAreMadeOnceAndPrivate) {
  const std::string folder = UserKeyFolder(keys_);
  struct stat info{};
  ASSERT_EQ(stat(absl::StrCat(folder, "/private.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const std::string before = *UserKey().Sign("x");
  EXPECT_TRUE(EnsureKeyPair(folder).ok());
  EXPECT_TRUE(LoadPublicKey(folder)->Verify("x", before));
  std::filesystem::remove(absl::StrCat(folder, "/public.pem"));
  EXPECT_EQ(EnsureKeyPair(folder).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(IdentityTest, OnlyP256KeysAreKeys) {
  // On another curve, made by `openssl genpkey`.
  constexpr std::string_view kP384 =
      "-----BEGIN PUBLIC KEY-----\n"
      "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEwBSglUtlivgpUSuJztkDI8w0AKYZ+/MY\n"
      "cJms9d58DxtTWMMU0qPB8uQlR17B1J9btSojPxXHlWXU26AYmHrCDZ7QEydz2y1N\n"
      "70QAg8ChRDn2pgIdrSznU/JBuUy37tsO\n"
      "-----END PUBLIC KEY-----\n";
  EXPECT_THAT(std::string(Es256PublicKey::FromPem(kP384).status().message()),
              HasSubstr("not on the curve"));
  EXPECT_FALSE(Es256PublicKey::FromPem("").ok());
  EXPECT_FALSE(Es256PublicKey::FromPem("garbage").ok());
  EXPECT_FALSE(Es256PrivateKey::FromPem(GenerateEs256KeyPair()->public_pem).ok());
  std::ofstream(absl::StrCat(UserKeyFolder(keys_), "/public.pem")) << "garbage";
  EXPECT_THAT(std::string(LoadPublicKey(UserKeyFolder(keys_)).status().message()),
              HasSubstr("users/public.pem"));
}

TEST(Es256Test, SignaturesAreOfOneKeyAndOneText) {
  const PemKeyPair pair = *GenerateEs256KeyPair();
  const Es256PrivateKey key = *Es256PrivateKey::FromPem(pair.private_pem);
  const Es256PublicKey public_key = *Es256PublicKey::FromPem(pair.public_pem);
  for (int i = 0; i < 50; ++i) {
    const std::string text = absl::StrCat("본문 ", i);
    const std::string signature = *key.Sign(text);
    ASSERT_EQ(signature.size(), 64u);
    EXPECT_TRUE(public_key.Verify(text, signature));
    EXPECT_FALSE(public_key.Verify(absl::StrCat(text, " "), signature));
    EXPECT_FALSE(public_key.Verify(text, signature.substr(1)));
    EXPECT_FALSE(public_key.Verify(text, std::string(64, '\0')));
  }
}

}  // namespace
}  // namespace maru::rpc
