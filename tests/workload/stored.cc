#include "tests/workload/stored.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "tests/workload/lists.h"

namespace maru::workload {
namespace {

using async::Task;

constexpr absl::Duration kReadTopic = absl::Seconds(30);

// Every message of a stream of replies.
template <typename Request, typename Response>
Task<absl::StatusOr<std::vector<Response>>> ReadStream(const Actor& admin,
                                                       Method<Request, Response> method,
                                                       Request request) {
  CallOptions options;
  options.token = admin.token();
  options.timeout = kReadTopic;
  const std::string question = request.SerializeAsString();
  std::vector<std::string> replies;
  const Outcome outcome =
      co_await admin.api().CallStream(method.deployment, method.path, question, options, &replies);
  if (!outcome.ok()) co_return ToStatus(outcome);
  std::vector<Response> responses(replies.size());
  for (size_t i = 0; i < replies.size(); ++i) {
    if (!responses[i].ParseFromString(replies[i]))
      co_return absl::InternalError("a reply cannot be decoded");
  }
  co_return responses;
}

Task<absl::StatusOr<Topic>> ReadTopic(const Actor& admin, const Flow& flow, uint64_t forgotten) {
  const std::string& name = flow.status.outbox().topic();
  Topic topic{flow.deployment, flow.status.outbox().last_sequence(), forgotten, {}, {}};
  // The contexts that publish nothing have no topic; what was deleted begins anew with a record.
  if (topic.last_sequence == forgotten) co_return topic;
  broker::v1::VerifyTopicRequest verify;
  verify.set_name(name);
  CO_ASSIGN_OR_RETURN(const auto partitions, co_await ReadStream(admin, kVerifyTopic, verify));
  uint64_t records = 0;
  for (const broker::v1::VerifyTopicResponse& partition : partitions) {
    records += partition.records();
    for (const broker::v1::Damage& damage : partition.damages()) {
      topic.damages.push_back(absl::StrCat(partition.partition(), ": ", damage.ShortDebugString()));
    }
  }
  if (records == 0) co_return topic;
  broker::v1::TailTopicRequest tail;
  tail.set_name(name);
  tail.set_offset(0);
  tail.set_limit(records);
  CO_ASSIGN_OR_RETURN(topic.records, co_await ReadStream(admin, kTailTopic, tail));
  co_return topic;
}

// Adds "<what> <id>" unless `id` is NOT_FOUND.
template <typename Request, typename Row>
Task<absl::Status> ExpectGone(const Actor& admin, Method<Request, Row> method, Request request,
                              std::string name, std::set<std::string>& undead) {
  const Result<Row> result = co_await admin.Call(method, std::move(request));
  if (result.ok()) undead.insert(name);
  if (result.ok() || result.code == absl::StatusCode::kNotFound) co_return absl::OkStatus();
  co_return ToStatus(result);
}

Task<absl::Status> LookForDeleted(const Actor& admin, const Ledger& ledger, Stored& stored) {
  for (const std::string& id : ledger.reviews().deleted) {
    review::GetReviewRequest request;
    request.set_id(id);
    CO_RETURN_IF_ERROR(co_await ExpectGone(admin, kGetReview, request, absl::StrCat("review ", id),
                                           stored.undead));
  }
  for (const std::string& id : ledger.schedules().deleted) {
    schedule::GetScheduleRequest request;
    request.set_id(id);
    CO_RETURN_IF_ERROR(co_await ExpectGone(admin, kGetSchedule, request,
                                           absl::StrCat("schedule ", id), stored.undead));
    viewpage::GetScheduleViewRequest page;
    page.set_schedule_id(id);
    CO_RETURN_IF_ERROR(co_await ExpectGone(admin, kGetScheduleView, page, absl::StrCat("page ", id),
                                           stored.undead));
  }
  for (const auto& [id, row] : ledger.communications().rows) {
    if (row.active()) continue;
    communication::GetCommunicationRequest request;
    request.set_id(id);
    const auto result = co_await admin.Call(kGetCommunication, request);
    if (result.ok()) stored.inactive.emplace(id, result.reply);
    if (!result.ok() && result.code != absl::StatusCode::kNotFound) co_return ToStatus(result);
  }
  co_return absl::OkStatus();
}

// Contexts remember deleted schedules: a new entry is refused, so trying one stores nothing.
Task<absl::Status> TryEntriesOnDeleted(const Actor& admin, const Ledger& ledger, Stored& stored) {
  const Actor customer(admin.api(), "customer", "stranger");
  for (const std::string& id : ledger.schedules().deleted) {
    communication::RegisterRequest comment;
    comment.set_schedule_id(id);
    comment.set_kind(communication::Communication::KIND_COMMENT);
    comment.set_comment_text("없어진 코스인데요");
    const auto commented = co_await customer.Call(kRegister, comment);
    review::WriteReviewRequest review;
    review.set_schedule_id(id);
    review.set_comment_text("없어진 코스인데요");
    const auto reviewed = co_await customer.Call(kWriteReview, review);
    for (const Outcome* outcome : std::initializer_list<const Outcome*>{&commented, &reviewed}) {
      if (IsOpen(*outcome)) co_return ToStatus(*outcome);
      if (outcome->code != absl::StatusCode::kNotFound) {
        stored.wrong_answers.push_back(absl::StrCat(id, ": ", Describe(*outcome)));
      }
    }
  }
  co_return absl::OkStatus();
}

// Only schedule knows that there is no such schedule: review must be able to ask it again.
Task<absl::Status> TryReviewOfNothing(const Actor& admin, Stored& stored) {
  const Actor customer(admin.api(), "customer", "stranger");
  review::WriteReviewRequest review;
  review.set_schedule_id("없는-코스");
  review.set_comment_text("없는 코스인데요");
  const auto reviewed = co_await customer.Call(kWriteReview, review);
  if (IsOpen(reviewed)) co_return ToStatus(reviewed);
  if (reviewed.reason() != "REVIEW_CLOSED") {
    stored.wrong_answers.push_back(absl::StrCat(review.schedule_id(), ": ", Describe(reviewed)));
  }
  co_return absl::OkStatus();
}

}  // namespace

Task<absl::StatusOr<std::vector<Flow>>> ReadFlows(const Actor& admin) {
  std::vector<Flow> flows;
  for (const std::string& name : admin.api().contexts()) {
    Flow flow{.deployment = name, .status = {}, .parked = {}};
    const auto status = co_await admin.Call(GetStatusOf(name), admin::v1::GetStatusRequest());
    if (!status.ok()) co_return ToStatus(status);
    flow.status = status.reply;
    const auto parked =
        co_await admin.Call(ListParkedEventsOf(name), admin::v1::ListParkedEventsRequest());
    if (!parked.ok()) co_return ToStatus(parked);
    flow.parked.assign(parked.reply.parked_events().begin(), parked.reply.parked_events().end());
    flows.push_back(std::move(flow));
  }
  co_return flows;
}

Task<absl::StatusOr<std::vector<broker::v1::Topic>>> ReadTopics(const Actor& admin) {
  co_return co_await ReadAll(admin, kListTopics, broker::v1::ListTopicsRequest(),
                             &broker::v1::ListTopicsResponse::mutable_topics);
}

Task<absl::StatusOr<std::map<std::string, Topic>>> ReadLog(
    const Actor& admin, const std::vector<Flow>& flows, std::map<std::string, uint64_t> forgotten) {
  std::map<std::string, Topic> topics;
  for (const Flow& flow : flows) {
    const std::string& name = flow.status.outbox().topic();
    if (name.empty()) continue;
    CO_ASSIGN_OR_RETURN(topics[name], co_await ReadTopic(admin, flow, forgotten[name]));
  }
  co_return topics;
}

Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const Ledger& ledger,
                                        const std::vector<Flow>& flows) {
  Stored stored;
  CO_RETURN_IF_ERROR(co_await TryEntriesOnDeleted(admin, ledger, stored));
  CO_RETURN_IF_ERROR(co_await TryReviewOfNothing(admin, stored));
  CO_ASSIGN_OR_RETURN(stored.schedules, co_await AllSchedules(admin));
  CO_ASSIGN_OR_RETURN(stored.communications, co_await AllCommunications(admin));
  CO_ASSIGN_OR_RETURN(stored.reviews, co_await AllReviews(admin));
  CO_ASSIGN_OR_RETURN(stored.pages, co_await AllPages(admin));
  CO_ASSIGN_OR_RETURN(stored.messages, co_await AllMessages(admin));
  CO_RETURN_IF_ERROR(co_await LookForDeleted(admin, ledger, stored));
  CO_ASSIGN_OR_RETURN(stored.topics, co_await ReadLog(admin, flows, ledger.forgotten()));
  co_return stored;
}

}  // namespace maru::workload
