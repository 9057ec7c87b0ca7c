#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/problems.h"

namespace maru::workload {

using async::Task;

Task<std::string> CheckNothingWaits(const Actor& admin) {
  Problems problems;
  for (const std::string& name : admin.api().contexts()) {
    const auto parked =
        co_await admin.Call(ListParkedEventsOf(name), admin::v1::ListParkedEventsRequest());
    if (!parked.ok()) problems.Add(absl::StrCat(name, ": ", Describe(parked)));
    for (const auto& event : parked.reply.parked_events()) {
      problems.Add(absl::StrCat(name, " has parked: ", event.ShortDebugString()));
    }
    const auto status = co_await admin.Call(GetStatusOf(name), admin::v1::GetStatusRequest());
    if (!status.ok()) problems.Add(absl::StrCat(name, ": ", Describe(status)));
    if (status.reply.outbox().waiting() != 0) {
      problems.Add(
          absl::StrCat(name, " has not published: ", status.reply.outbox().ShortDebugString()));
    }
    for (const auto& subscription : status.reply.subscriptions()) {
      if (subscription.state() != "running") {
        problems.Add(absl::StrCat(name, "/", subscription.name(), " is ", subscription.state(),
                                  ": ", subscription.error()));
      }
      for (const auto& partition : subscription.partitions()) {
        if (partition.lag() != 0 || !partition.gap().empty()) {
          problems.Add(absl::StrCat(name, "/", subscription.name(),
                                    " is behind: ", partition.ShortDebugString()));
        }
      }
    }
  }
  co_return problems.ToString();
}

Task<std::string> CheckLog(const Actor& admin) {
  Problems problems;
  for (const std::string& name : admin.api().contexts()) {
    const auto status = co_await admin.Call(GetStatusOf(name), admin::v1::GetStatusRequest());
    if (!status.ok()) co_return absl::StrCat(name, ": ", Describe(status));
    const admin::v1::OutboxStatus& outbox = status.reply.outbox();
    if (outbox.last_sequence() == 0) continue;
    broker::v1::VerifyTopicRequest request;
    request.set_name(outbox.topic());
    CallOptions options;
    options.token = admin.token();
    options.timeout = absl::Seconds(30);
    const std::string question = request.SerializeAsString();
    std::vector<std::string> replies;
    const Outcome outcome = co_await admin.api().CallStream(
        kVerifyTopic.deployment, kVerifyTopic.path, question, options, &replies);
    if (!outcome.ok()) problems.Add(absl::StrCat(outbox.topic(), ": ", Describe(outcome)));
    uint64_t records = 0;
    for (const std::string& bytes : replies) {
      broker::v1::VerifyTopicResponse reply;
      if (!reply.ParseFromString(bytes)) problems.Add("a reply of VerifyTopic cannot be decoded");
      records += reply.records();
      for (const auto& damage : reply.damages()) {
        problems.Add(
            absl::StrCat(outbox.topic(), "/", reply.partition(), ": ", damage.ShortDebugString()));
      }
    }
    if (records != outbox.last_sequence()) {
      problems.Add(absl::StrCat(outbox.topic(), " holds ", records, " records; ", name,
                                " has emitted ", outbox.last_sequence()));
    }
  }
  co_return problems.ToString();
}

}  // namespace maru::workload
