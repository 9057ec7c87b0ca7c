#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/protoc-gen-maru/emit.h"
#include "tools/protoc-gen-maru/names.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr char kCallParameter[] = "const ::maru::rpc::CallContext& call";

bool IsUnary(const MethodDescriptor& method) { return !method.server_streaming(); }

std::string Request(const MethodDescriptor& method) {
  return TypeName(*method.input_type(), *method.file());
}
std::string Reply(const MethodDescriptor& method) {
  return TypeName(*method.output_type(), *method.file());
}

// What a method's task ends with.
std::string ResultType(const MethodDescriptor& method) {
  if (!IsUnary(method)) return "::maru::async::Task<::absl::Status>";
  return absl::StrCat("::maru::async::Task<::absl::StatusOr<", Reply(method), ">>");
}

std::string RequestParameter(const MethodDescriptor& method) {
  return absl::StrCat("const ", Request(method), "& request");
}

std::vector<std::string> HandlerParameters(const MethodDescriptor& method) {
  if (IsUnary(method)) return {kCallParameter, RequestParameter(method)};
  if (!method.client_streaming()) {
    return {kCallParameter, RequestParameter(method),
            absl::StrCat("::maru::rpc::StreamWriter<", Reply(method), ">& writer")};
  }
  return {kCallParameter, absl::StrCat("::maru::rpc::BidiStream<", Request(method), ", ",
                                       Reply(method), ">& stream")};
}

std::string Kind(const MethodDescriptor& method) {
  if (IsUnary(method)) return "kUnary";
  return method.client_streaming() ? "kBidiStream" : "kServerStream";
}

std::string RoleSet(const options::v1::MethodPolicy& policy) {
  std::vector<std::string> roles;
  for (const int role : policy.roles())
    roles.push_back(absl::StrCat("::maru::options::v1::", options::v1::Role_Name(role)));
  return absl::StrCat("{", absl::StrJoin(roles, ", "), "}");
}

std::string Methods(const ServiceDescriptor& service) { return service.name() + "Methods"; }
std::string Handler(const ServiceDescriptor& service) { return service.name() + "Handler"; }
std::string Client(const ServiceDescriptor& service) { return service.name() + "Client"; }

bool HasUnary(const ServiceDescriptor& service) {
  for (int i = 0; i < service.method_count(); ++i) {
    if (IsUnary(*service.method(i))) return true;
  }
  return false;
}

std::string DeclareMethods(const ServiceDescriptor& service) {
  std::string code = absl::StrCat("// Policies of ", service.full_name(),
                                  ", as the contract has them.\nstruct ", Methods(service), " {\n");
  for (int i = 0; i < service.method_count(); ++i) {
    absl::StrAppend(&code, "  static const ::maru::rpc::MethodInfo k", service.method(i)->name(),
                    ";\n");
  }
  return absl::StrCat(code, service.method_count() == 0 ? "" : "\n",
                      "  // In the order of the contract.\n",
                      "  static std::span<const ::maru::rpc::MethodInfo* const> All();\n};\n\n");
}

std::string DeclareHandler(const ServiceDescriptor& service) {
  const std::string name = Handler(service);
  std::string code =
      absl::StrCat(Comment(service, 0), "class ", name,
                   " : public ::maru::rpc::Service {\n public:\n  ", name, "();\n\n");
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    absl::StrAppend(&code, Comment(method, 2),
                    Call(2, absl::StrCat("virtual ", ResultType(method), " ", method.name()),
                         HandlerParameters(method), " = 0;"),
                    "\n");
  }
  return absl::StrCat(
      code, "  std::string_view full_name() const final;\n",
      "  std::span<const std::unique_ptr<::maru::rpc::BoundMethod>> methods() const final;\n\n",
      " private:\n  std::vector<std::unique_ptr<::maru::rpc::BoundMethod>> "
      "methods_;\n};\n\n");
}

std::string DeclareClient(const ServiceDescriptor& service) {
  if (!HasUnary(service)) return "";
  const std::string name = Client(service);
  std::string code = absl::StrCat(
      "// Calls the unary methods of ", service.full_name(),
      ".\n// `caller` outlives the client, `call` each task. A request is read before the task is "
      "returned.\nclass ",
      name, " {\n public:\n  explicit ", name,
      "(::maru::rpc::Caller& caller) : caller_(caller) {}\n\n");
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    if (!IsUnary(method)) continue;
    absl::StrAppend(&code, Comment(method, 2),
                    Call(2, absl::StrCat(ResultType(method), " ", method.name()),
                         {kCallParameter, RequestParameter(method)}, ";"),
                    "\n");
  }
  return absl::StrCat(code, " private:\n  ::maru::rpc::Caller& caller_;\n};\n\n");
}

std::string DefineInfo(const MethodDescriptor& method) {
  const options::v1::MethodPolicy& policy = PolicyOf(method);
  return absl::StrCat(
      "constinit const ::maru::rpc::MethodInfo ", Methods(*method.service()), "::k", method.name(),
      " = {\n",
      "    .full_name = ", Literal(absl::StrCat(method.service()->full_name(), "/", method.name())),
      ",\n", "    .name = ", Literal(method.name()), ",\n",
      "    .kind = ::maru::rpc::MethodKind::", Kind(method), ",\n",
      "    .deadline = ", DurationLiteral(ToAbsl(policy.deadline())), ",\n",
      "    .roles = ", RoleSet(policy), ",\n",
      "    .callers = ", Literal(absl::StrJoin(policy.callers(), ",")), ",\n",
      "    .idempotency = ::maru::options::v1::",
      options::v1::Idempotency_Name(policy.idempotency()), ",\n",
      "    .breaker_class = ", Literal(policy.breaker().class_()), ",\n",
      "    .breaker_slow = ", DurationLiteral(ToAbsl(policy.breaker().slow())), ",\n};\n\n");
}

std::string DefineAll(const ServiceDescriptor& service) {
  const std::string head = absl::StrCat("std::span<const ::maru::rpc::MethodInfo* const> ",
                                        Methods(service), "::All() {\n");
  if (service.method_count() == 0) return absl::StrCat(head, "  return {};\n}\n\n");
  std::string code =
      absl::StrCat(head, "  static constexpr const ::maru::rpc::MethodInfo* kAll[] = {\n");
  for (int i = 0; i < service.method_count(); ++i) {
    absl::StrAppend(&code, "      &k", service.method(i)->name(), ",\n");
  }
  return absl::StrCat(code, "  };\n  return kAll;\n}\n\n");
}

std::string DefineHandler(const ServiceDescriptor& service) {
  const std::string name = Handler(service);
  std::string code =
      absl::StrCat(name, "::", name, service.method_count() == 0 ? "() {" : "() {\n");
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string& method = service.method(i)->name();
    absl::StrAppend(&code, "  methods_.push_back(\n",
                    Call(6, "::maru::rpc::Bind",
                         {absl::StrCat(Methods(service), "::k", method), "*this",
                          absl::StrCat("&", name, "::", method)},
                         ");"));
  }
  return absl::StrCat(code, "}\n\nstd::string_view ", name, "::full_name() const {\n  return ",
                      Literal(service.full_name()),
                      ";\n}\n\nstd::span<const std::unique_ptr<::maru::rpc::BoundMethod>> ", name,
                      "::methods() const {\n  return methods_;\n}\n\n");
}

std::string DefineClient(const ServiceDescriptor& service) {
  std::string code;
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    if (!IsUnary(method)) continue;
    absl::StrAppend(
        &code,
        Call(0, absl::StrCat(ResultType(method), " ", Client(service), "::", method.name()),
             {kCallParameter, RequestParameter(method)}, " {"),
        Call(2, absl::StrCat("return ::maru::rpc::CallUnary<", Reply(method), ">"),
             {"caller_", "call", absl::StrCat(Methods(service), "::k", method.name()),
              "request.SerializeAsString()"},
             ";"),
        "}\n\n");
  }
  return code;
}

}  // namespace

std::string DeclareServices(const FileDescriptor& file) {
  std::string code;
  for (int i = 0; i < file.service_count(); ++i) {
    const ServiceDescriptor& service = *file.service(i);
    absl::StrAppend(&code, DeclareMethods(service), DeclareHandler(service),
                    DeclareClient(service));
  }
  return code;
}

std::string DefineServices(const FileDescriptor& file) {
  std::string code;
  for (int i = 0; i < file.service_count(); ++i) {
    const ServiceDescriptor& service = *file.service(i);
    for (int m = 0; m < service.method_count(); ++m)
      absl::StrAppend(&code, DefineInfo(*service.method(m)));
    absl::StrAppend(&code, DefineAll(service), DefineHandler(service), DefineClient(service));
  }
  return code;
}

}  // namespace maru::gen
