#include "tools/cli/contracts.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/strings.h"

namespace maru::cli {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using Services = std::vector<const ServiceDescriptor*>;

// Adds the services of `path`; false: there is no such contract.
bool AddServices(const std::string& path, Services& services) {
  const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(path);
  for (int i = 0; file != nullptr && i < file->service_count(); ++i) {
    services.push_back(file->service(i));
  }
  return file != nullptr;
}

// What a context offers: one implementation for several systems has no system in its package.
bool AddContext(std::string_view deployment, Services& services) {
  const std::vector<std::string> names =
      absl::StrSplit(ToAbsl(deployment), absl::MaxSplits('-', 1));
  const std::string contract = absl::StrCat(names.back(), "/v1/", names.back(), ".proto");
  return AddServices(absl::StrCat("maru/", names.front(), "/", contract), services) ||
         AddServices(absl::StrCat("maru/", contract), services);
}

}  // namespace

Services ServicesOf(std::string_view deployment) {
  Services services;
  if (deployment == "broker") {
    AddServices("maru/broker/v1/broker.proto", services);
    AddServices("maru/broker/v1/admin.proto", services);
  } else if (AddContext(deployment, services)) {
    AddServices("maru/admin/v1/admin.proto", services);
  } else {
    return services;
  }
  AddServices("grpc/health/v1/health.proto", services);
  return services;
}

absl::StatusOr<const MethodDescriptor*> FindMethod(std::string_view deployment,
                                                   std::string_view name) {
  std::vector<std::string> known;
  for (const ServiceDescriptor* service : ServicesOf(deployment)) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* method = service->method(i);
      if (method->name() == name || absl::StrCat(service->full_name(), "/", method->name()) == name)
        return method;
      known.push_back(method->name());
    }
  }
  if (known.empty())
    return absl::NotFoundError(absl::StrCat("unknown deployment ", ToAbsl(deployment)));
  return absl::NotFoundError(absl::StrCat(ToAbsl(deployment), " has no method ", ToAbsl(name),
                                          "; it has ", absl::StrJoin(known, ", ")));
}

}  // namespace maru::cli
