#include "common/rpc/request_digest.h"

#include <openssl/evp.h>

#include "common/base/status.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace maru::rpc {

namespace {

void SerializeDeterministically(const google::protobuf::Message& message, std::string& bytes) {
  bytes.clear();
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
}

}  // namespace

RequestDigest::RequestDigest()
    : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free),
      context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  MARU_CHECK(sha256_ != nullptr && context_ != nullptr);
}

std::string RequestDigest::Of(google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field != nullptr && field->cpp_type() == field->CPPTYPE_STRING && !field->is_repeated()) {
    // Taken out and put back: cheaper than a copy of the request.
    const google::protobuf::Reflection& reflection = *request.GetReflection();
    const std::string request_id = reflection.GetString(request, field);
    reflection.ClearField(&request, field);
    SerializeDeterministically(request, bytes_);
    reflection.SetString(&request, field, request_id);
  } else {
    SerializeDeterministically(request, bytes_);
  }
  std::string digest(32, '\0');
  unsigned int length = 0;
  MARU_CHECK(EVP_DigestInit_ex2(context_.get(), sha256_.get(), nullptr) == 1 &&
             EVP_DigestUpdate(context_.get(), bytes_.data(), bytes_.size()) == 1 &&
             EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                &length) == 1 &&
             length == digest.size());
  return digest;
}

}  // namespace maru::rpc
