#include "common/rpc/reflection.h"

#include <deque>
#include <span>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/bound_method.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace maru::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// The two versions of the protocol have the same messages in different packages.
struct V1 {
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
  static constexpr std::string_view kService = "grpc.reflection.v1.ServerReflection";
  static constexpr MethodInfo kInfo = {
      .full_name = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      .name = "ServerReflectionInfo",
      .kind = MethodKind::kBidiStream,
      .deadline = absl::ZeroDuration(),
      .roles = {options::v1::ROLE_OPEN},
      .callers = "",
      .idempotency = options::v1::IDEMPOTENCY_QUERY,
      .breaker_class = "",
      .breaker_slow = absl::ZeroDuration(),
  };
};

struct V1Alpha {
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;
  static constexpr std::string_view kService = "grpc.reflection.v1alpha.ServerReflection";
  static constexpr MethodInfo kInfo = {
      .full_name = "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      .name = "ServerReflectionInfo",
      .kind = MethodKind::kBidiStream,
      .deadline = absl::ZeroDuration(),
      .roles = {options::v1::ROLE_OPEN},
      .callers = "",
      .idempotency = options::v1::IDEMPOTENCY_QUERY,
      .breaker_class = "",
      .breaker_slow = absl::ZeroDuration(),
  };
};

template <class Response>
void SetNotFound(Response& response, std::string_view what) {
  response.mutable_error_response()->set_error_code(static_cast<int>(absl::StatusCode::kNotFound));
  response.mutable_error_response()->set_error_message(absl::StrCat("not found: ", ToAbsl(what)));
}

// `file` and everything that it imports, each once: clients then need no second question.
template <class Response>
void SetFiles(Response& response, const FileDescriptor* file, std::string_view asked) {
  if (file == nullptr) return SetNotFound(response, asked);
  std::deque<const FileDescriptor*> open = {file};
  absl::flat_hash_set<const FileDescriptor*> seen = {file};
  while (!open.empty()) {
    const FileDescriptor* next = open.front();
    open.pop_front();
    google::protobuf::FileDescriptorProto proto;
    next->CopyTo(&proto);
    next->CopyJsonNameTo(&proto);
    proto.SerializeToString(
        response.mutable_file_descriptor_response()->add_file_descriptor_proto());
    for (int i = 0; i < next->dependency_count(); ++i) {
      if (seen.insert(next->dependency(i)).second) open.push_back(next->dependency(i));
    }
  }
}

template <class Version>
class Reflection final : public Service {
 public:
  using Request = typename Version::Request;
  using Response = typename Version::Response;

  explicit Reflection(std::vector<std::string> services)
      : services_(std::move(services)), methods_(Methods(*this)) {}

  std::string_view full_name() const override { return Version::kService; }
  std::span<const std::unique_ptr<BoundMethod>> methods() const override { return methods_; }

  async::Task<absl::Status> Info(const CallContext&, BidiStream<Request, Response>& stream) {
    while (true) {
      CO_ASSIGN_OR_RETURN(const std::optional<Request> request, co_await stream.Read());
      if (!request.has_value()) co_return absl::OkStatus();
      const Response response = Answer(*request);
      CO_RETURN_IF_ERROR(co_await stream.Write(response));
    }
  }

 private:
  static std::vector<std::unique_ptr<BoundMethod>> Methods(Reflection& self) {
    std::vector<std::unique_ptr<BoundMethod>> methods;
    methods.push_back(Bind(Version::kInfo, self, &Reflection::Info));
    return methods;
  }

  Response Answer(const Request& request) const {
    Response response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    const DescriptorPool& pool = *DescriptorPool::generated_pool();
    switch (request.message_request_case()) {
      case Request::kFileByFilename:
        SetFiles(response, pool.FindFileByName(request.file_by_filename()),
                 request.file_by_filename());
        break;
      case Request::kFileContainingSymbol:
        SetFiles(response, pool.FindFileContainingSymbol(request.file_containing_symbol()),
                 request.file_containing_symbol());
        break;
      case Request::kFileContainingExtension:
        AnswerExtension(pool, request, response);
        break;
      case Request::kAllExtensionNumbersOfType:
        AnswerExtensionNumbers(pool, request.all_extension_numbers_of_type(), response);
        break;
      case Request::kListServices:
        for (const std::string& service : services_) {
          response.mutable_list_services_response()->add_service()->set_name(service);
        }
        break;
      case Request::MESSAGE_REQUEST_NOT_SET:
        response.mutable_error_response()->set_error_code(
            static_cast<int>(absl::StatusCode::kInvalidArgument));
        response.mutable_error_response()->set_error_message("message_request is not set");
        break;
    }
    return response;
  }

  static void AnswerExtension(const DescriptorPool& pool, const Request& request,
                              Response& response) {
    const auto& wanted = request.file_containing_extension();
    const auto* type = pool.FindMessageTypeByName(wanted.containing_type());
    const FieldDescriptor* extension =
        type == nullptr ? nullptr : pool.FindExtensionByNumber(type, wanted.extension_number());
    SetFiles(response, extension == nullptr ? nullptr : extension->file(),
             absl::StrCat(wanted.containing_type(), " ", wanted.extension_number()));
  }

  static void AnswerExtensionNumbers(const DescriptorPool& pool, const std::string& name,
                                     Response& response) {
    const auto* type = pool.FindMessageTypeByName(name);
    if (type == nullptr) return SetNotFound(response, name);
    std::vector<const FieldDescriptor*> extensions;
    pool.FindAllExtensions(type, &extensions);
    response.mutable_all_extension_numbers_response()->set_base_type_name(name);
    for (const FieldDescriptor* extension : extensions) {
      response.mutable_all_extension_numbers_response()->add_extension_number(extension->number());
    }
  }

  const std::vector<std::string> services_;
  const std::vector<std::unique_ptr<BoundMethod>> methods_;
};

}  // namespace

std::vector<std::unique_ptr<Service>> MakeReflection(std::vector<std::string> services) {
  services.emplace_back(V1::kService);
  services.emplace_back(V1Alpha::kService);
  std::vector<std::unique_ptr<Service>> both;
  both.push_back(std::make_unique<Reflection<V1>>(services));
  both.push_back(std::make_unique<Reflection<V1Alpha>>(std::move(services)));
  return both;
}

}  // namespace maru::rpc
