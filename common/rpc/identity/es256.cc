#include "common/rpc/identity/es256.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"

namespace maru::rpc {

namespace {

constexpr int kHalf = 32;
constexpr std::string_view kCurve = "prime256v1";

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

absl::Status OpenSslError(std::string_view what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return absl::InternalError(absl::StrCat(ToAbsl(what), ": ", text.data()));
}

Bio Reading(std::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// The algorithm is a property of the key: only P-256 keys are taken, so no token can choose
// another.
absl::StatusOr<std::shared_ptr<EVP_PKEY>> OnP256(EVP_PKEY* key, std::string_view kind) {
  ERR_clear_error();
  if (key == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("not a ", ToAbsl(kind), " in PEM"));
  std::shared_ptr<EVP_PKEY> owned(key, EVP_PKEY_free);
  std::array<char, 64> group{};
  size_t length = 0;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
      EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) != 1 ||
      std::string_view(group.data(), length) != kCurve) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        absl::StrCat("the ", ToAbsl(kind), " is not on the curve P-256"));
  }
  return owned;
}

std::string Drain(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(length));
}

}  // namespace

absl::StatusOr<PemKeyPair> GenerateEs256KeyPair() {
  const std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kCurve.data()));
  const Bio private_pem(BIO_new(BIO_s_mem()));
  const Bio public_pem(BIO_new(BIO_s_mem()));
  if (key == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(private_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1 ||
      PEM_write_bio_PUBKEY(public_pem.get(), key.get()) != 1) {
    return OpenSslError("cannot make a key");
  }
  return PemKeyPair{Drain(private_pem.get()), Drain(public_pem.get())};
}

absl::StatusOr<Es256PublicKey> Es256PublicKey::FromPem(std::string_view pem) {
  auto key =
      OnP256(PEM_read_bio_PUBKEY(Reading(pem).get(), nullptr, nullptr, nullptr), "public key");
  if (!key.ok()) return key.status();
  return Es256PublicKey(*std::move(key));
}

bool Es256PublicKey::Verify(std::string_view data, std::string_view signature) const {
  if (signature.size() != 2 * kHalf) return false;
  const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
  Number r(BN_bin2bn(bytes, kHalf, nullptr));
  Number s(BN_bin2bn(bytes + kHalf, kHalf, nullptr));
  const Signature pair(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || pair == nullptr) return false;
  ECDSA_SIG_set0(pair.get(), r.release(), s.release());
  // OpenSSL takes the ASN.1 form: at most 2 × (2 + 33) bytes and a header of 2.
  std::array<unsigned char, 80> der;
  unsigned char* end = der.data();
  const int der_length = i2d_ECDSA_SIG(pair.get(), &end);
  const DigestContext context(EVP_MD_CTX_new());
  const bool valid =
      der_length > 0 && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), der.data(), static_cast<size_t>(der_length),
                       reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1;
  ERR_clear_error();
  return valid;
}

absl::StatusOr<Es256PrivateKey> Es256PrivateKey::FromPem(std::string_view pem) {
  auto key =
      OnP256(PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr, nullptr, nullptr), "private key");
  if (!key.ok()) return key.status();
  return Es256PrivateKey(*std::move(key));
}

absl::StatusOr<std::string> Es256PrivateKey::Sign(std::string_view data) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, 80> der;
  size_t der_length = der.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &der_length,
                     reinterpret_cast<const unsigned char*>(data.data()), data.size()) != 1) {
    return OpenSslError("cannot sign");
  }
  const unsigned char* begin = der.data();
  const Signature pair(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der_length)));
  std::string signature(2 * kHalf, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (pair == nullptr || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, kHalf) != kHalf ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + kHalf, kHalf) != kHalf) {
    return OpenSslError("cannot encode the signature");
  }
  return signature;
}

}  // namespace maru::rpc
