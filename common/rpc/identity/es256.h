// ES256 (ECDSA on P-256 with SHA-256, RFC 7518 section 3.4) over OpenSSL: keys as PEM, signatures
// as 64 bytes r || s.
#ifndef MARU_COMMON_RPC_IDENTITY_ES256_H_
#define MARU_COMMON_RPC_IDENTITY_ES256_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// OpenSSL's EVP_PKEY.
struct evp_pkey_st;

namespace maru::rpc {

struct PemKeyPair {
  // PKCS #8.
  std::string private_pem;
  // SubjectPublicKeyInfo.
  std::string public_pem;
};
// INTERNAL when OpenSSL fails.
absl::StatusOr<PemKeyPair> GenerateEs256KeyPair();

// Immutable.
class Es256PublicKey {
 public:
  // INVALID_ARGUMENT: not a PEM public key on P-256.
  static absl::StatusOr<Es256PublicKey> FromPem(std::string_view pem);
  bool Verify(std::string_view data, std::string_view signature) const;

 private:
  explicit Es256PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

// Immutable.
class Es256PrivateKey {
 public:
  // INVALID_ARGUMENT: not a PEM private key on P-256.
  static absl::StatusOr<Es256PrivateKey> FromPem(std::string_view pem);
  // INTERNAL when OpenSSL fails.
  absl::StatusOr<std::string> Sign(std::string_view data) const;

 private:
  explicit Es256PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_IDENTITY_ES256_H_
