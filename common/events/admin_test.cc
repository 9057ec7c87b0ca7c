// Goal: an operator sees what stands still and why, and can let it go on.
// Method: the service's handlers over a producer and a consumer in memory under virtual time.
#include "common/events/admin.h"

#include "common/events/events_testing.h"
#include "common/events/partition.h"
#include "common/rpc/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::events {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class AdminTest : public testing::Test {
 protected:
  // Any call of an operator.
  template <class Request, class Reply>
  absl::StatusOr<Reply> Call(
      async::Task<absl::StatusOr<Reply>> (Admin::*method)(const rpc::CallContext&, const Request&),
      const Request& request) {
    rpc::CallContext call = maru::store::TestCall();
    call.method = "maru.admin.v1.AdminService/Test";
    Admin admin({executor_, random_, *consumer_.store(), relay_, &consumer_.subscriber(), nullptr},
                "datecourse-consumer", "datecourse.consumer");
    return maru::store::RunOn(executor_, (admin.*method)(call, request));
  }
  std::vector<admin::v1::ParkedEvent> List(admin::v1::ListParkedEventsRequest request = {}) {
    const auto response = Call(&Admin::ListParkedEvents, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->parked_events().begin(), response->parked_events().end()};
  }
  // Parks "나쁨" of key 서울, with "다음" behind it, until it is DEAD.
  std::string DeadEvent() {
    consumer_.faults()["나쁨"] = absl::InvalidArgumentError("unknown mood");
    producer_.Say("서울", {"나쁨", "다음"});
    executor_.Advance(absl::Hours(2));
    return "policies@0/datecourse.producer/" + std::to_string(PartitionOf("서울")) + "/1/서울";
  }

  async::ManualExecutor executor_;
  MemoryBus bus_{executor_};
  maru::store::SeededRandom random_;
  Producer producer_{executor_, bus_};
  Consumer consumer_{executor_, bus_};
  Relay relay_{consumer_.environment(), {.topic = "datecourse.consumer"}};
};

TEST_F(AdminTest, ListsAndShowsParkedEvents) {
  const std::string name = DeadEvent();
  const std::vector<admin::v1::ParkedEvent> all = List();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].name(), name) << "newest first";
  EXPECT_EQ(all[1].event().data(), "");
  admin::v1::ListParkedEventsRequest dead;
  dead.set_state(admin::v1::PARKED_STATE_DEAD);
  EXPECT_THAT(List(dead), SizeIs(1));
  admin::v1::ListParkedEventsRequest view;
  view.set_subscription("view");
  EXPECT_THAT(List(view), SizeIs(0));

  admin::v1::GetParkedEventRequest get;
  get.set_name(name);
  const auto event = Call(&Admin::GetParkedEvent, get);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->state(), admin::v1::PARKED_STATE_DEAD);
  EXPECT_EQ(event->attempts(), 10u);
  EXPECT_EQ(event->error_code(), "INVALID_ARGUMENT");
  EXPECT_EQ(event->error_message(), "unknown mood");
  EXPECT_EQ(event->event().sequence(), 1u);
  EXPECT_THAT(event->data_json(), HasSubstr("서울=나쁨"));
}

TEST_F(AdminTest, PagesThroughParkedEvents) {
  consumer_.faults()["x"] = absl::InvalidArgumentError("no");
  for (int i = 0; i < 7; ++i) producer_.Say(absl::StrCat("k", i), {"x"});
  executor_.Advance(absl::Milliseconds(10));
  admin::v1::ListParkedEventsRequest request;
  request.set_page_size(3);
  size_t seen = 0;
  do {
    const auto response = Call(&Admin::ListParkedEvents, request);
    ASSERT_TRUE(response.ok());
    seen += static_cast<size_t>(response->parked_events_size());
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, 7u);
}

TEST_F(AdminTest, AReplayThatSucceedsDrainsTheKey) {
  admin::v1::ReplayParkedEventRequest replay;
  replay.set_name(DeadEvent());
  auto response = Call(&Admin::ReplayParkedEvent, replay);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_FALSE(response->applied());
  EXPECT_EQ(response->parked_event().attempts(), 1u) << "a fresh count";
  consumer_.faults().clear();
  response = Call(&Admin::ReplayParkedEvent, replay);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->applied());
  EXPECT_EQ(consumer_.Heard("서울"), "나쁨 다음");
  EXPECT_THAT(List(), SizeIs(0));
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::ReplayParkedEvent, replay).status()), "NOT_FOUND");
}

TEST_F(AdminTest, OnlyTheFirstOfAKeyCanBeReplayed) {
  DeadEvent();
  admin::v1::ReplayParkedEventRequest replay;
  replay.set_name("policies@0/datecourse.producer/" + std::to_string(PartitionOf("서울")) +
                  "/2/서울");
  const auto response = Call(&Admin::ReplayParkedEvent, replay);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(rpc::ReasonOf(response.status()), "PARKED_BEHIND_ANOTHER");
}

TEST_F(AdminTest, AnEditedEventTakesEffectWithItsNewData) {
  admin::v1::EditParkedEventRequest edit;
  edit.set_name(DeadEvent());
  edit.set_data_json("\"서울=좋음\"");
  const auto edited = Call(&Admin::EditParkedEvent, edit);
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_EQ(edited->edited_by(), "kim");
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(consumer_.Heard("서울"), "좋음 다음");
}

TEST_F(AdminTest, AnEditThatCannotBeReadChangesNothing) {
  admin::v1::EditParkedEventRequest edit;
  edit.set_name(DeadEvent());
  edit.set_data_json("{\"no\": 1}");
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::EditParkedEvent, edit).status()), "UNDECODABLE_EDIT");
  edit.set_data("\xff\xff");
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::EditParkedEvent, edit).status()), "UNDECODABLE_EDIT");
  edit.mutable_event()->set_key("부산");
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::EditParkedEvent, edit).status()), "UNDECODABLE_EDIT");
  edit.clear_content();
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::EditParkedEvent, edit).status()), "UNDECODABLE_EDIT");
  EXPECT_EQ(List()[1].state(), admin::v1::PARKED_STATE_DEAD);
}

TEST_F(AdminTest, ADroppedEventLetsItsKeyGoOn) {
  admin::v1::DropParkedEventRequest drop;
  drop.set_name(DeadEvent());
  EXPECT_TRUE(Call(&Admin::DropParkedEvent, drop).ok());
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(consumer_.Heard("서울"), "다음");
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::DropParkedEvent, drop).status()), "NOT_FOUND");
}

TEST_F(AdminTest, NamesThatAreNoneAreNotFound) {
  for (const char* name :
       {"x", "policies@0", "policies@x/t/1/1/k", "policies@9/t/1/1/k", "@/////"}) {
    admin::v1::GetParkedEventRequest get;
    get.set_name(name);
    EXPECT_EQ(rpc::ReasonOf(Call(&Admin::GetParkedEvent, get).status()), "NOT_FOUND") << name;
  }
}

TEST_F(AdminTest, StatusShowsOutboxPositionsLagAndGaps) {
  producer_.Say("k", {"1", "2"});
  executor_.Advance(absl::Seconds(1));
  bus_.Truncate(kTopic, PartitionOf("k"), 2);
  bus_.RecreateTopic(kTopic);
  executor_.Advance(absl::Seconds(1));
  const auto status = Call(&Admin::GetStatus, {});
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->deployment(), "datecourse-consumer");
  EXPECT_EQ(status->store_id(), consumer_.store()->store_id());
  EXPECT_EQ(status->outbox().waiting(), 0u);
  ASSERT_EQ(status->subscriptions_size(), 1);
  const admin::v1::SubscriptionStatus& policies = status->subscriptions(0);
  EXPECT_EQ(policies.name(), "policies");
  EXPECT_EQ(policies.state(), "running");
  ASSERT_EQ(policies.partitions_size(), 8);
  const admin::v1::PartitionStatus& partition =
      policies.partitions(static_cast<int>(PartitionOf("k")));
  EXPECT_EQ(partition.offset(), 2u);
  EXPECT_EQ(partition.applied_sequence(), 2u);
  EXPECT_THAT(partition.gap(), HasSubstr("another log"));
  EXPECT_FALSE(status->has_view());
}

TEST_F(AdminTest, AcceptsAGapAndRefusesWhereThereIsNone) {
  admin::v1::AcceptGapRequest accept;
  accept.set_subscription("policies");
  accept.set_topic(kTopic);
  accept.set_partition(PartitionOf("k"));
  producer_.Say("k", {"1"});
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::AcceptGap, accept).status()), "NO_GAP");
  bus_.RecreateTopic(kTopic);
  executor_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Call(&Admin::AcceptGap, accept).ok());
  accept.set_subscription("view");
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::AcceptGap, accept).status()), "NO_GAP");
}

TEST_F(AdminTest, WithoutAViewThereIsNothingToRebuild) {
  EXPECT_EQ(rpc::ReasonOf(Call(&Admin::RebuildView, {}).status()), "NO_VIEW");
}

}  // namespace
}  // namespace maru::events
