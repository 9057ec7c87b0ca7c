// RequestDigest: what makes two requests "the same content" (domain.md, "Commands are idempotent").
#ifndef MARU_COMMON_RPC_REQUEST_DIGEST_H_
#define MARU_COMMON_RPC_REQUEST_DIGEST_H_

#include <memory>
#include <string>

#include "google/protobuf/message.h"

// OpenSSL's EVP_MD and EVP_MD_CTX.
struct evp_md_st;
struct evp_md_ctx_st;

namespace maru::rpc {

// Keeps what OpenSSL looks up and allocates per digest. Not thread-safe.
class RequestDigest {
 public:
  RequestDigest();

  // SHA-256, 32 bytes, over the deterministic serialisation of `request` without its field
  // `request_id`, if it has one. `request` is the same afterwards.
  std::string Of(google::protobuf::Message& request);

 private:
  std::shared_ptr<evp_md_st> sha256_;
  std::shared_ptr<evp_md_ctx_st> context_;
  std::string bytes_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_REQUEST_DIGEST_H_
