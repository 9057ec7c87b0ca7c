// Where each deployment listens in a local run: deployments.json, which tools/maru reads too.
// Elsewhere addresses are configured; these are only what nobody configured.
#ifndef MARU_MESH_CONTEXT_DEPLOYMENTS_H_
#define MARU_MESH_CONTEXT_DEPLOYMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maru::mesh {

class Deployments {
 public:
  // The table as it was built in. `port_base` 0: the table's own.
  explicit Deployments(uint32_t port_base);

  // "127.0.0.1:7000"
  const std::string& broker() const { return broker_; }
  // Contexts of a system in the order of domain.md, by name ("schedule") with their addresses;
  // empty for a system that is not in the table.
  std::vector<std::pair<std::string, std::string>> ContextsOf(std::string_view system) const;
  std::optional<std::string> AddressOf(std::string_view system, std::string_view context) const;
  // Where a deployment that serves gRPC on `address` shows its metrics; port 0 stays 0. nullopt:
  // `address` has no port.
  std::optional<std::string> MetricsAddressOf(std::string_view address) const;

 private:
  struct Entry {
    std::string system;
    std::string context;
    std::string address;
  };
  std::string broker_;
  std::vector<Entry> entries_;
  uint32_t metrics_offset_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_DEPLOYMENTS_H_
