#include "common/rpc/reflection.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "common/base/status.h"
#include "common/rpc/bound_method.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace maru::rpc {

namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

// A session needs no time limit: it ends with its client. The vendored contracts have no policy options.
constexpr MethodInfo InfoOf(std::string_view full_name) {
  return {.full_name = full_name,
          .name = "ServerReflectionInfo",
          .kind = MethodKind::kBidiStream,
          .deadline = absl::ZeroDuration(),
          .roles = {options::v1::ROLE_OPEN},
          .callers = "",
          .idempotency = options::v1::IDEMPOTENCY_QUERY,
          .breaker_class = "",
          .breaker_slow = absl::ZeroDuration()};
}

// The two versions differ in their package only.
struct V1 {
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
  static constexpr ReflectionVersion kVersion = ReflectionVersion::kV1;
  static constexpr MethodInfo kInfo = InfoOf("grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
};
struct V1Alpha {
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;
  static constexpr ReflectionVersion kVersion = ReflectionVersion::kV1Alpha;
  static constexpr MethodInfo kInfo = InfoOf("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
};

// Names of files that a client of one session has.
using Sent = std::set<std::string>;

// The file and what it imports, without what was sent before; files before those that import them.
void AppendFiles(const FileDescriptor& file, Sent& sent,
                 google::protobuf::RepeatedPtrField<std::string>& serialised) {
  if (!sent.insert(file.name()).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AppendFiles(*file.dependency(i), sent, serialised);
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  *serialised.Add() = proto.SerializeAsString();
}

template <class Version>
class ReflectionService final : public Service {
 public:
  using Request = typename Version::Request;
  using Response = typename Version::Response;

  explicit ReflectionService(std::vector<std::string> services) : services_(std::move(services)) {
    methods_.push_back(
        Bind<ReflectionService, Request, Response>(Version::kInfo, *this, &ReflectionService::ServerReflectionInfo));
  }

  std::string_view full_name() const override { return ReflectionServiceName(Version::kVersion); }
  std::span<const std::unique_ptr<BoundMethod>> methods() const override { return methods_; }

 private:
  async::Task<absl::Status> ServerReflectionInfo(const CallContext&, BidiStream<Request, Response>& stream) {
    Sent sent;
    while (true) {
      CO_ASSIGN_OR_RETURN(const std::optional<Request> request, co_await stream.Read());
      if (!request.has_value()) co_return absl::OkStatus();
      Response response;
      response.set_valid_host(request->host());
      *response.mutable_original_request() = *request;
      Answer(*request, sent, response);
      CO_RETURN_IF_ERROR(co_await stream.Write(response));
    }
  }

  void Answer(const Request& request, Sent& sent, Response& response) const {
    const DescriptorPool& pool = *DescriptorPool::generated_pool();
    switch (request.message_request_case()) {
      case Request::kListServices:
        for (const std::string& name : services_) {
          response.mutable_list_services_response()->add_service()->set_name(name);
        }
        return;
      case Request::kFileByFilename:
        return AnswerFile(pool.FindFileByName(request.file_by_filename()), sent, response);
      case Request::kFileContainingSymbol:
        return AnswerFile(pool.FindFileContainingSymbol(request.file_containing_symbol()), sent, response);
      case Request::kFileContainingExtension: {
        const auto& wanted = request.file_containing_extension();
        const auto* type = pool.FindMessageTypeByName(wanted.containing_type());
        const auto* extension =
            type == nullptr ? nullptr : pool.FindExtensionByNumber(type, wanted.extension_number());
        return AnswerFile(extension == nullptr ? nullptr : extension->file(), sent, response);
      }
      case Request::kAllExtensionNumbersOfType:
        return AnswerExtensions(pool, request.all_extension_numbers_of_type(), response);
      case Request::MESSAGE_REQUEST_NOT_SET:
        return Refuse(absl::StatusCode::kInvalidArgument, "nothing is asked for", response);
    }
  }

  static void AnswerFile(const FileDescriptor* file, Sent& sent, Response& response) {
    if (file == nullptr) return Refuse(absl::StatusCode::kNotFound, "not found", response);
    // What is asked for by name is sent, whatever was sent before; only imports are left out.
    sent.erase(file->name());
    AppendFiles(*file, sent, *response.mutable_file_descriptor_response()->mutable_file_descriptor_proto());
  }

  static void AnswerExtensions(const DescriptorPool& pool, const std::string& type_name, Response& response) {
    const auto* type = pool.FindMessageTypeByName(type_name);
    if (type == nullptr) return Refuse(absl::StatusCode::kNotFound, "not found", response);
    std::vector<const google::protobuf::FieldDescriptor*> extensions;
    pool.FindAllExtensions(type, &extensions);
    auto& numbers = *response.mutable_all_extension_numbers_response();
    numbers.set_base_type_name(type_name);
    for (const auto* extension : extensions) numbers.add_extension_number(extension->number());
  }

  static void Refuse(absl::StatusCode code, const char* message, Response& response) {
    response.mutable_error_response()->set_error_code(static_cast<int>(code));
    response.mutable_error_response()->set_error_message(message);
  }

  const std::vector<std::string> services_;
  std::vector<std::unique_ptr<BoundMethod>> methods_;
};

}  // namespace

std::string_view ReflectionServiceName(ReflectionVersion version) {
  return version == ReflectionVersion::kV1 ? "grpc.reflection.v1.ServerReflection"
                                           : "grpc.reflection.v1alpha.ServerReflection";
}

std::unique_ptr<Service> MakeReflectionService(ReflectionVersion version, std::vector<std::string> services) {
  if (version == ReflectionVersion::kV1) return std::make_unique<ReflectionService<V1>>(std::move(services));
  return std::make_unique<ReflectionService<V1Alpha>>(std::move(services));
}

}  // namespace maru::rpc
