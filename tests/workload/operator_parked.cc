// What an operator does about events that could not take effect, and about gaps.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "tests/workload/lists.h"
#include "tests/workload/operator.h"

namespace maru::workload {

using async::Task;

namespace {

constexpr Refusal kBehindAnother{absl::StatusCode::kFailedPrecondition, "PARKED_BEHIND_ANOTHER"};
constexpr Refusal kUndecodable{absl::StatusCode::kInvalidArgument, "UNDECODABLE_EDIT"};
constexpr Refusal kNoGap{absl::StatusCode::kFailedPrecondition, "NO_GAP"};
constexpr char kNotParked[] = "policies@0/datecourse.schedule/3/999999/없는-코스";

}  // namespace

Task<absl::StatusOr<std::vector<Operator::Parked>>> Operator::AllParked(
    std::string_view deployment, admin::v1::ListParkedEventsRequest request) {
  constexpr int kMostOfAPage = 100;
  if (request.page_size() == 0) request.set_page_size(kMostOfAPage);
  return ReadAll(actor_, ListParkedEventsOf(deployment), std::move(request),
                 &admin::v1::ListParkedEventsResponse::mutable_parked_events);
}

Task<> Operator::LookAtParked() {
  const Instant began = Now();
  const std::string_view deployment = AnyContext();
  admin::v1::ListParkedEventsRequest request;
  request.set_page_size(static_cast<int>(1 + Pick(4)));
  if (OneIn(2)) request.set_subscription(deployment == kViewpage ? "view" : "policies");
  if (OneIn(3)) request.set_state(static_cast<admin::v1::ParkedState>(1 + Pick(3)));
  const auto parked = co_await AllParked(deployment, request);
  if (!Listed("ListParkedEvents", parked.status(), began) || parked->empty()) co_return;
  if (!api().MayPark()) {
    Note(absl::StrCat(ToAbsl(deployment), " has parked: ", parked->front().ShortDebugString()));
  }
  const Parked one = (*parked)[Pick(parked->size())];
  if (request.state() != admin::v1::PARKED_STATE_UNSPECIFIED && one.state() != request.state()) {
    Note(absl::StrCat("not as asked for: ", one.ShortDebugString()));
  }
  const size_t dice = Pick(4);
  if (dice == 0) co_return co_await Replay(deployment, one);
  if (dice == 1) co_return co_await Edit(deployment, one);
  co_await Show(deployment, one);
}

Task<> Operator::Show(std::string_view deployment, Parked parked) {
  const Instant began = Now();
  admin::v1::GetParkedEventRequest request;
  request.set_name(parked.name());
  const auto shown = co_await actor_.Call(GetParkedEventOf(deployment), request);
  if (!Answered("GetParkedEvent", shown, began)) co_return;
  const bool as_listed = shown.ok() ? shown.reply.name() == parked.name() &&
                                          shown.reply.event().id() == parked.event().id() &&
                                          !shown.reply.data_json().empty()
                                    : shown.reason() == kNotFound.reason;
  if (as_listed) co_return;
  Note(absl::StrCat("listed {", parked.ShortDebugString(), "}, shown ", Describe(shown), " {",
                    shown.reply.ShortDebugString(), "}"));
}

Task<> Operator::Replay(std::string_view deployment, Parked parked) {
  admin::v1::ReplayParkedEventRequest request;
  request.set_name(parked.name());
  const auto replayed = co_await Insist(ReplayParkedEventOf(deployment), request);
  Judge("ReplayParkedEvent", replayed, /*may_succeed=*/true, {kNotFound, kBehindAnother});
  if (replayed.ok() && replayed.reply.applied() == replayed.reply.has_parked_event()) {
    Note(absl::StrCat("replayed {", replayed.reply.ShortDebugString(), "}"));
  }
}

Task<> Operator::Edit(std::string_view deployment, Parked parked) {
  admin::v1::GetParkedEventRequest get;
  get.set_name(parked.name());
  const auto shown = co_await actor_.Call(GetParkedEventOf(deployment), get);
  if (!shown.ok()) co_return;
  admin::v1::EditParkedEventRequest request;
  request.set_name(parked.name());
  bool readable = true;
  switch (Pick(5)) {
    case 0:
      request.set_data_json(shown.reply.data_json());
      break;
    case 1:
      request.set_data(shown.reply.event().data());
      break;
    case 2:
      *request.mutable_event() = shown.reply.event();
      break;
    case 3:
      request.set_data_json("{\"이런 건\": \"없다\"}");
      readable = false;
      break;
    default:
      *request.mutable_event() = shown.reply.event();
      request.mutable_event()->set_sequence(shown.reply.event().sequence() + 1);
      readable = false;
  }
  const auto edited = co_await Insist(EditParkedEventOf(deployment), request);
  if (!readable) {
    Judge("a bad edit", edited, /*may_succeed=*/false, {kUndecodable, kNotFound});
    co_return;
  }
  Judge("EditParkedEvent", edited, /*may_succeed=*/true, {kNotFound});
  if (edited.ok() && edited.reply.edited_by() != subject()) {
    Note(absl::StrCat("edited, got {", edited.reply.ShortDebugString(), "}"));
  }
}

Task<> Operator::Drop(std::string_view deployment, Parked parked) {
  admin::v1::DropParkedEventRequest request;
  request.set_name(parked.name());
  const auto dropped = co_await Insist(DropParkedEventOf(deployment), request);
  const Verdict verdict = Judge("DropParkedEvent", dropped, /*may_succeed=*/true, {kNotFound});
  if (verdict == Verdict::kRefused) co_return;
  // "view@3/…": the copy that lacks it from now on.
  const std::string& name = parked.name();
  const size_t at = name.find('@') + 1;
  uint32_t generation = 0;
  if (absl::SimpleAtoi(name.substr(at, name.find('/') - at), &generation)) {
    incomplete_ = std::max(incomplete_, generation);
  }
}

Task<> Operator::TryRefusedParked() {
  const std::string_view deployment = AnyContext();
  switch (Pick(4)) {
    case 0: {
      admin::v1::ReplayParkedEventRequest request;
      request.set_name(kNotParked);
      const auto replayed = co_await Insist(ReplayParkedEventOf(deployment), request);
      co_return ExpectRefusal("nothing to replay", replayed, kNotFound);
    }
    case 1: {
      admin::v1::DropParkedEventRequest request;
      request.set_name(OneIn(2) ? kNotParked : "아무거나");
      const auto dropped = co_await Insist(DropParkedEventOf(deployment), request);
      co_return ExpectRefusal("nothing to drop", dropped, kNotFound);
    }
    case 2: {
      admin::v1::EditParkedEventRequest request;
      request.set_name(kNotParked);
      request.set_data_json("{}");
      const auto edited = co_await Insist(EditParkedEventOf(deployment), request);
      co_return ExpectRefusal("nothing to edit", edited, kNotFound);
    }
    default: {
      admin::v1::AcceptGapRequest request;
      request.set_subscription(deployment == kViewpage ? "view" : "policies");
      request.set_topic("datecourse.schedule");
      request.set_partition(static_cast<uint32_t>(Pick(8)));
      const auto accepted = co_await Insist(AcceptGapOf(deployment), request);
      Judge("no gap", accepted, /*may_succeed=*/expects_gaps_, {kNoGap});
    }
  }
}

Task<> Operator::Tend() {
  for (const std::string& deployment : api().contexts()) {
    if (api().MayPark()) co_await TendParked(deployment);
    if (expects_gaps_) co_await TendGaps(deployment);
  }
  if (incomplete_ != 0) co_await TendView();
}

Task<> Operator::TendParked(std::string_view deployment) {
  const auto parked = co_await AllParked(deployment, {});
  // Asked again soon.
  if (!parked.ok()) co_return;
  for (const Parked& event : *parked) {
    if (event.state() != admin::v1::PARKED_STATE_DEAD) continue;
    if (OneIn(4)) {
      co_await Edit(deployment, event);
    } else if (deployment == kViewpage && !expects_gaps_ && OneIn(3)) {
      co_await Drop(deployment, event);
    } else {
      co_await Replay(deployment, event);
    }
  }
}

Task<> Operator::TendGaps(std::string_view deployment) {
  const auto status = co_await actor_.Call(GetStatusOf(deployment), admin::v1::GetStatusRequest());
  if (!status.ok()) co_return;
  for (const auto& subscription : status.reply.subscriptions()) {
    for (const auto& partition : subscription.partitions()) {
      if (partition.gap().empty()) continue;
      admin::v1::AcceptGapRequest request;
      request.set_subscription(subscription.name());
      request.set_generation(subscription.generation());
      request.set_topic(partition.topic());
      request.set_partition(partition.partition());
      const auto accepted = co_await Insist(AcceptGapOf(deployment), request);
      // A try that was not answered, or a new session, may have ended the gap.
      Judge("AcceptGap", accepted, /*may_succeed=*/true, {kNoGap});
    }
  }
}

Task<> Operator::TendView() {
  const auto status = co_await actor_.Call(GetStatusOf(kViewpage), admin::v1::GetStatusRequest());
  if (!status.ok()) co_return;
  if (status.reply.view().live() > incomplete_) {
    incomplete_ = 0;
  } else if (status.reply.view().building() == 0) {
    co_await Rebuild();
  }
}

}  // namespace maru::workload
