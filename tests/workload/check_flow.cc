#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/problems.h"

namespace maru::workload {

std::string CheckNothingWaits(const std::vector<Flow>& flows) {
  Problems problems;
  for (const Flow& flow : flows) {
    for (const auto& event : flow.parked) {
      problems.Add(absl::StrCat(flow.deployment, " has parked: ", event.ShortDebugString()));
    }
    const admin::v1::OutboxStatus& outbox = flow.status.outbox();
    if (outbox.waiting() != 0) {
      problems.Add(
          absl::StrCat(flow.deployment, " has not published: ", outbox.ShortDebugString()));
    }
    for (const auto& subscription : flow.status.subscriptions()) {
      const std::string name = absl::StrCat(flow.deployment, "/", subscription.name());
      if (subscription.state() != "running") {
        problems.Add(absl::StrCat(name, " is ", subscription.state(), ": ", subscription.error()));
      }
      for (const auto& partition : subscription.partitions()) {
        if (partition.lag() != 0 || partition.parked() != 0 || !partition.gap().empty()) {
          problems.Add(absl::StrCat(name, " is behind: ", partition.ShortDebugString()));
        }
      }
    }
  }
  return problems.ToString();
}

}  // namespace maru::workload
