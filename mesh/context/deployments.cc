#include "mesh/context/deployments.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "maru/embed/deployments.h"
#include "nlohmann/json.hpp"

namespace maru::mesh {

Deployments::Deployments(uint32_t port_base) {
  // Built in and covered by a test: a mistake in it ends the program. Order matters, so keep it.
  const auto table = nlohmann::ordered_json::parse(embed::deployments());
  const uint32_t base = port_base != 0 ? port_base : table.at("port_base").get<uint32_t>();
  const auto host = table.at("host").get<std::string>();
  metrics_offset_ = table.at("metrics_offset").get<uint32_t>();
  broker_ = absl::StrCat(host, ":", base + table.at("broker").at("port_offset").get<uint32_t>());
  for (const auto& [system, entry] : table.at("systems").items()) {
    uint32_t port = base + entry.at("port_offset").get<uint32_t>();
    for (const auto& context : entry.at("contexts")) {
      entries_.push_back(
          {system, context.at("name").get<std::string>(), absl::StrCat(host, ":", port++)});
    }
  }
}

std::vector<std::pair<std::string, std::string>> Deployments::ContextsOf(
    std::string_view system) const {
  std::vector<std::pair<std::string, std::string>> contexts;
  for (const Entry& entry : entries_) {
    if (entry.system == system) contexts.emplace_back(entry.context, entry.address);
  }
  return contexts;
}

std::optional<std::string> Deployments::AddressOf(std::string_view system,
                                                  std::string_view context) const {
  for (const Entry& entry : entries_) {
    if (entry.system == system && entry.context == context) return entry.address;
  }
  return std::nullopt;
}

std::optional<std::string> Deployments::MetricsAddressOf(std::string_view address) const {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (colon == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(address.substr(colon + 1)), &port)) {
    return std::nullopt;
  }
  return absl::StrCat(ToAbsl(address.substr(0, colon)), ":",
                      port == 0 ? 0 : port + metrics_offset_);
}

}  // namespace maru::mesh
