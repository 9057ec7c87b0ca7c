#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/problems.h"

namespace maru::workload {

namespace {

// Offset after the last record, by topic and partition.
using Ends = std::map<std::pair<std::string, uint32_t>, uint64_t>;

Ends EndsOf(const std::vector<broker::v1::Topic>& topics) {
  Ends ends;
  for (const broker::v1::Topic& topic : topics) {
    for (const auto& state : topic.partitions()) {
      ends[{topic.name(), state.partition()}] = state.end();
    }
  }
  return ends;
}

bool StandsAtEnd(const admin::v1::PartitionStatus& partition, const Ends& ends) {
  const auto end = ends.find({partition.topic(), partition.partition()});
  // Where there is no such topic (any more) there is nothing to read.
  const bool at_end =
      end == ends.end() || (partition.assigned() && partition.offset() == end->second);
  return at_end && partition.lag() == 0 && partition.parked() == 0 && partition.gap().empty();
}

}  // namespace

std::string CheckNothingWaits(const std::vector<Flow>& flows,
                              const std::vector<broker::v1::Topic>& topics) {
  const Ends ends = EndsOf(topics);
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
    const admin::v1::ViewStatus& view = flow.status.view();
    if (view.building() != 0 || view.retired_size() != 0) {
      problems.Add(absl::StrCat(flow.deployment, " rebuilds: ", view.ShortDebugString()));
    }
    for (const auto& subscription : flow.status.subscriptions()) {
      const std::string name = absl::StrCat(flow.deployment, "/", subscription.name());
      if (subscription.state() != "running") {
        problems.Add(absl::StrCat(name, " is ", subscription.state(), ": ", subscription.error()));
      }
      for (const auto& partition : subscription.partitions()) {
        if (!StandsAtEnd(partition, ends)) {
          problems.Add(absl::StrCat(name, " is behind: ", partition.ShortDebugString()));
        }
      }
    }
  }
  return problems.ToString();
}

}  // namespace maru::workload
