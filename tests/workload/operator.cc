#include "tests/workload/operator.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "tests/workload/lists.h"

namespace maru::workload {

using async::Task;

namespace {

// A topic that nobody publishes to.
constexpr char kSpareTopic[] = "datecourse.spare";
constexpr char kNoTopic[] = "datecourse.nothing";
constexpr char kNoLog[] = "00000000000000000000000000000000";

// The broker looks twice a minute for what it need not keep.
constexpr absl::Duration kUntilCleaned = absl::Seconds(40);

// A view is rebuilt within.
constexpr absl::Duration kUntilRebuilt = absl::Seconds(5);

const char* const kTopics[] = {"datecourse.schedule", "datecourse.communication",
                               "datecourse.review", "datecourse.message"};
const char* const kGroups[] = {"datecourse-viewpage/view@1", "datecourse-schedule/policies",
                               "datecourse-message/policies", "datecourse-nothing/policies"};

constexpr Refusal kTopicExists{absl::StatusCode::kAlreadyExists, "TOPIC_EXISTS"};
constexpr Refusal kLogReplaced{absl::StatusCode::kFailedPrecondition, "LOG_REPLACED"};
constexpr Refusal kGroupActive{absl::StatusCode::kFailedPrecondition, "GROUP_ACTIVE"};
constexpr Refusal kNoView{absl::StatusCode::kFailedPrecondition, "NO_VIEW"};

}  // namespace

Operator::Operator(Api& api, PersonOptions options)
    : Member(api, "admin", "root", options), rebuilds_(api.MayPark() || OneIn(2)) {}

std::string_view Operator::AnyContext() { return api().contexts()[Pick(api().contexts().size())]; }

Task<> Operator::Step() {
  if (expects_gaps_ && OneIn(2)) co_return co_await Tend();
  const size_t dice = Pick(100);
  if (dice < 15) co_return co_await LookAtContext();
  if (dice < 25) co_return co_await LookAtTopics();
  if (dice < 35) co_return co_await LookAtGroups();
  if (dice < 54) co_return co_await LookAtParked();
  if (dice < 63) co_return co_await TryRefused();
  if (dice < 72) co_return co_await TryRefusedParked();
  if (dice < 80) co_return co_await KeepTopic();
  if (dice < 83) co_return co_await ResetGroup();
  if (rebuilds_ && !expects_gaps_) co_await Rebuild();
}

Task<> Operator::LookAtContext() {
  const Instant began = Now();
  const std::string_view deployment = AnyContext();
  const auto status = co_await actor_.Call(GetStatusOf(deployment), admin::v1::GetStatusRequest());
  if (!Answered("GetStatus", status, began)) co_return;
  const admin::v1::OutboxStatus& outbox = status.reply.outbox();
  if (!status.ok() || ToAbsl(deployment) != status.reply.deployment() ||
      status.reply.store_id().empty() || status.reply.epoch() == 0 ||
      outbox.waiting() != outbox.last_sequence() - outbox.published_sequence() ||
      status.reply.has_view() != (deployment == kViewpage)) {
    Note(absl::StrCat(ToAbsl(deployment), " says ", Describe(status), " {",
                      status.reply.ShortDebugString(), "}"));
  }
}

Task<> Operator::LookAtTopics() {
  const Instant began = Now();
  broker::v1::ListTopicsRequest request;
  request.set_page_size(static_cast<int>(1 + Pick(3)));
  const auto topics = co_await ReadAll(actor_, kListTopics, request,
                                       &broker::v1::ListTopicsResponse::mutable_topics);
  if (!Listed("ListTopics", topics.status(), began)) co_return;
  std::string before;
  for (const broker::v1::Topic& topic : *topics) {
    if (topic.name() <= before) Note(absl::StrCat(topic.name(), " is listed behind ", before));
    before = topic.name();
  }
  const std::string name = kTopics[Pick(std::size(kTopics))];
  broker::v1::GetTopicRequest one;
  one.set_name(name);
  const auto topic = co_await actor_.Call(kGetTopic, one);
  if (!Answered("GetTopic", topic, began)) co_return;
  // It begins with the first record.
  if (topic.ok() ? topic.reply.name() != name || topic.reply.log_id().empty()
                 : topic.reason() != kNotFound.reason) {
    Note(absl::StrCat("GetTopic: ", Describe(topic), " {", topic.reply.ShortDebugString(), "}"));
  }
}

Task<> Operator::LookAtGroups() {
  const Instant began = Now();
  broker::v1::ListGroupsRequest request;
  request.set_page_size(static_cast<int>(1 + Pick(3)));
  const auto groups = co_await ReadAll(actor_, kListGroups, request,
                                       &broker::v1::ListGroupsResponse::mutable_groups);
  if (!Listed("ListGroups", groups.status(), began)) co_return;
  std::string before;
  for (const broker::v1::Group& group : *groups) {
    if (group.name() <= before) Note(absl::StrCat(group.name(), " is listed behind ", before));
    before = group.name();
    for (const broker::v1::GroupPartition& partition : group.partitions()) {
      if (!partition.has_next_offset() || partition.next_offset() <= partition.end()) continue;
      Note(absl::StrCat(group.name(), " is past the end: ", partition.ShortDebugString()));
    }
  }
}

Task<> Operator::Rebuild() {
  const auto rebuild = co_await Insist(RebuildViewOf(kViewpage), admin::v1::RebuildViewRequest());
  const Verdict verdict = Judge("RebuildView", rebuild, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone && rebuild.reply.generation() < 2) {
    Note(absl::StrCat("rebuilds {", rebuild.reply.ShortDebugString(), "}"));
  }
}

Task<bool> Operator::ViewMayBeRebuilt() {
  for (const char* name :
       {"datecourse.schedule", "datecourse.communication", "datecourse.review"}) {
    broker::v1::GetTopicRequest get;
    get.set_name(name);
    const auto topic = co_await actor_.Call(kGetTopic, get);
    if (!topic.ok()) co_return false;
  }
  co_return true;
}

Task<> Operator::KeepTopic() {
  broker::v1::CreateTopicRequest create;
  create.set_name(kSpareTopic);
  create.mutable_retention()->set_max_bytes(1 << 20);
  const auto created = co_await Insist(kCreateTopic, create);
  Judge("CreateTopic", created, /*may_succeed=*/true, {kTopicExists});
  broker::v1::SetRetentionRequest retain;
  retain.set_name(kSpareTopic);
  retain.mutable_retention()->mutable_max_age()->set_seconds(3600);
  const auto retained = co_await Insist(kSetRetention, retain);
  Judge("SetRetention", retained, /*may_succeed=*/true, {kNotFound});
  if (OneIn(2) || !retained.ok()) co_return;
  broker::v1::DeleteTopicRequest remove;
  remove.set_name(kSpareTopic);
  remove.set_log_id(retained.reply.log_id());
  const auto removed = co_await Insist(kDeleteTopic, remove);
  // A try that was not answered may have deleted it.
  Judge("DeleteTopic", removed, /*may_succeed=*/true, {kNotFound});
}

Task<> Operator::TryRefused() {
  broker::v1::GetTopicRequest unknown;
  unknown.set_name(kNoTopic);
  broker::v1::DeleteTopicRequest replaced;
  replaced.set_name(kTopics[Pick(std::size(kTopics))]);
  replaced.set_log_id(kNoLog);
  broker::v1::SetRetentionRequest short_lived;
  short_lived.set_name(kSpareTopic);
  short_lived.mutable_retention()->mutable_max_age()->set_nanos(1);
  broker::v1::CreateTopicRequest misnamed;
  misnamed.set_name("한강");
  switch (Pick(5)) {
    case 0: {
      const auto got = co_await Insist(kGetTopic, unknown);
      co_return ExpectRefusal("a topic that never was", got, kNotFound);
    }
    case 1: {
      const auto deleted = co_await Insist(kDeleteTopic, replaced);
      Judge("another log to delete", deleted, /*may_succeed=*/false, {kLogReplaced, kNotFound});
      co_return;
    }
    case 2: {
      const auto retained = co_await Insist(kSetRetention, short_lived);
      co_return ExpectRefusal("a retention too short", retained, kInvalidField);
    }
    case 3: {
      const auto created = co_await Insist(kCreateTopic, misnamed);
      co_return ExpectRefusal("a topic's bad name", created, kInvalidField);
    }
    default: {
      const auto rebuilt =
          co_await Insist(RebuildViewOf(kSchedule), admin::v1::RebuildViewRequest());
      co_return ExpectRefusal("a view where there is none", rebuilt, kNoView);
    }
  }
}

Task<> Operator::ResetGroup() {
  broker::v1::ResetGroupRequest request;
  request.set_name(kGroups[Pick(std::size(kGroups))]);
  const auto reset = co_await Insist(kResetGroup, request);
  // Harmless where nobody is there: the next member is of the same store.
  Judge("ResetGroup", reset, /*may_succeed=*/true, {kGroupActive, kNotFound});
}

Task<bool> Operator::ForgetLogs() {
  // What was dropped from the view comes back only from a whole log.
  while (incomplete_ != 0) {
    co_await TendView();
    co_await api().executor().Sleep(kUntilRebuilt);
  }
  expects_gaps_ = true;
  for (const std::string& deployment : api().contexts()) {
    const auto status =
        co_await actor_.Call(GetStatusOf(deployment), admin::v1::GetStatusRequest());
    if (!status.ok()) co_return false;
    const admin::v1::OutboxStatus& outbox = status.reply.outbox();
    if (outbox.last_sequence() == 0) continue;
    const bool forgotten = co_await Forget(outbox.topic(), outbox.last_sequence(), OneIn(2));
    if (!forgotten) co_return false;
  }
  co_await api().executor().Sleep(kUntilCleaned);
  co_return co_await KeepAll();
}

Task<bool> Operator::Forget(std::string topic, uint64_t sequence, bool wholly) {
  ledger_.Forgot(topic, sequence);
  if (!wholly) {
    broker::v1::SetRetentionRequest retain;
    retain.set_name(topic);
    retain.mutable_retention()->set_max_bytes(1);
    const auto retained = co_await Insist(kSetRetention, retain);
    co_return Judge("SetRetention", retained, /*may_succeed=*/true, {}) == Verdict::kDone;
  }
  broker::v1::GetTopicRequest get;
  get.set_name(topic);
  const auto got = co_await Insist(kGetTopic, get);
  broker::v1::DeleteTopicRequest remove;
  remove.set_name(topic);
  remove.set_log_id(got.reply.log_id());
  const auto removed = co_await Insist(kDeleteTopic, remove);
  co_return Judge("DeleteTopic", removed, /*may_succeed=*/true, {}) == Verdict::kDone;
}

Task<bool> Operator::KeepAll() {
  const auto topics = co_await ReadAll(actor_, kListTopics, broker::v1::ListTopicsRequest(),
                                       &broker::v1::ListTopicsResponse::mutable_topics);
  if (!topics.ok()) co_return false;
  for (const broker::v1::Topic& topic : *topics) {
    broker::v1::SetRetentionRequest retain;
    retain.set_name(topic.name());
    const auto retained = co_await Insist(kSetRetention, retain);
    const Verdict verdict = Judge("SetRetention", retained, /*may_succeed=*/true, {});
    if (verdict != Verdict::kDone) co_return false;
  }
  co_return true;
}

}  // namespace maru::workload
