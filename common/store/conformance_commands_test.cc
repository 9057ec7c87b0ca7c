// Goal: a command takes effect once per request_id, its events are contiguous and leave with its
// change. Method: as conformance_transactions_test.cc.
#include "common/rpc/error.h"
#include "common/store/testing/conformance.h"
#include "maru/event/v1/event.pb.h"

namespace maru::store {
namespace {

constexpr char kRequest[] = "5a0a7d5e-0b1c-4a55-8f0e-0f6cbb1a2c3d";

class CommandConformanceTest : public StoreConformanceTest {
 protected:
  // A command that counts how often it took effect.
  async::Task<absl::StatusOr<StringValue>> Count(const rpc::CallContext& call) {
    return store_->Transact(call, [](Txn& txn) -> absl::StatusOr<StringValue> {
      ASSIGN_OR_RETURN(const auto before, kNotes.Get(txn, "count"));
      const StringValue after = Text((before.has_value() ? before->value() : "") + "|");
      kNotes.Put(txn, "count", after);
      txn.Emit(Text("count"));
      return after;
    });
  }
  // A command that is refused; with a row that says so if `leaves_row`.
  absl::Status Refuse(const rpc::CallContext& call, bool leaves_row) {
    return loop_
        .BlockOn(store_->Transact(call,
                                  [leaves_row](Txn& txn) -> absl::StatusOr<StringValue> {
                                    kNotes.Put(txn, "refusals", Text("one"));
                                    if (leaves_row) txn.CommitRefusal();
                                    absl::Status refusal =
                                        absl::FailedPreconditionError("닫혀 있습니다");
                                    google::rpc::ErrorInfo info;
                                    info.set_reason("REVIEW_CLOSED");
                                    rpc::SetDetail(refusal, info);
                                    return refusal;
                                  }))
        .status();
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, CommandConformanceTest,
                         testing::Values(EngineKind{"memory", MakeMemoryEngine},
                                         EngineKind{"rocksdb", MakeRocksDbEngine}),
                         [](const auto& engine) { return engine.param.name; });

TEST_P(CommandConformanceTest, TheSameRequestGetsTheFirstResultAlsoAfterARestart) {
  Open();
  const rpc::CallContext first = TestCall(kRequest, "content");
  ASSERT_EQ(loop_.BlockOn(Count(first))->value(), "|");
  const rpc::CallContext again = TestCall(kRequest, "content");
  EXPECT_EQ(loop_.BlockOn(Count(again))->value(), "|");
  Reopen();
  const rpc::CallContext later = TestCall(kRequest, "content");
  EXPECT_EQ(loop_.BlockOn(Count(later))->value(), "|");
  EXPECT_EQ(Note("count"), "|");
  EXPECT_EQ(LastSequence(), 1u);
  // A replay hands out the position of the first run.
  for (const rpc::CallContext* call : {&again, &later}) {
    ASSERT_EQ(call->published().entries_size(), 1);
    EXPECT_EQ(call->published().SerializeAsString(), first.published().SerializeAsString());
  }
}

TEST_P(CommandConformanceTest, TwoAtOnceWithOneRequestIdHaveOneEffect) {
  Open();
  const rpc::CallContext call = TestCall(kRequest, "content");
  std::vector<async::Task<absl::StatusOr<StringValue>>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(Count(call));
  for (const auto& result : RunAsGroup(std::move(tasks))) EXPECT_EQ(result->value(), "|");
  EXPECT_EQ(Note("count"), "|");
}

TEST_P(CommandConformanceTest, TheSameRequestIdWithOtherContentIsRefused) {
  Open();
  const rpc::CallContext first = TestCall(kRequest, "content");
  ASSERT_TRUE(loop_.BlockOn(Count(first)).ok());
  const rpc::CallContext other = TestCall(kRequest, "other content");
  const absl::Status refused = loop_.BlockOn(Count(other)).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(rpc::ReasonOf(refused), "REQUEST_ID_REUSED");
  EXPECT_EQ(rpc::ReasonOf(loop_.BlockOn(store_->Find(*other.idempotency)).status()),
            "REQUEST_ID_REUSED");
  EXPECT_EQ(Note("count"), "|");
}

TEST_P(CommandConformanceTest, OtherPrincipalsAndMethodsHaveRequestIdsOfTheirOwn) {
  Open();
  const rpc::CallContext first = TestCall(kRequest, "content");
  ASSERT_TRUE(loop_.BlockOn(Count(first)).ok());
  rpc::CallContext somebody_else = TestCall(kRequest, "other content");
  somebody_else.idempotency->principal = "lee";
  EXPECT_EQ(loop_.BlockOn(Count(somebody_else))->value(), "||");
  rpc::CallContext other_method = TestCall(kRequest, "third content");
  other_method.idempotency->method = "maru.test.v1.TestService/Other";
  EXPECT_EQ(loop_.BlockOn(Count(other_method))->value(), "|||");
}

TEST_P(CommandConformanceTest, ARefusalThatLeftARowIsRecordedWithItsDetails) {
  Open();
  const rpc::CallContext call = TestCall(kRequest, "content");
  const absl::Status refusal = Refuse(call, /*leaves_row=*/true);
  EXPECT_EQ(rpc::ReasonOf(refusal), "REVIEW_CLOSED");
  EXPECT_EQ(Note("refusals"), "one");
  Reopen();
  EXPECT_EQ(loop_.BlockOn(Count(call)).status(), refusal);
  const auto recorded = loop_.BlockOn(store_->Find(*call.idempotency));
  ASSERT_TRUE(recorded.ok() && recorded->has_value());
  EXPECT_EQ((*recorded)->status, refusal);
}

TEST_P(CommandConformanceTest, ARefusalThatStoredNothingIsNotRecorded) {
  Open();
  const rpc::CallContext call = TestCall(kRequest, "content");
  EXPECT_FALSE(Refuse(call, /*leaves_row=*/false).ok());
  EXPECT_EQ(Note("refusals"), std::nullopt);
  EXPECT_FALSE(loop_.BlockOn(store_->Find(*call.idempotency))->has_value());
  EXPECT_EQ(loop_.BlockOn(Count(call))->value(), "|");
}

TEST_P(CommandConformanceTest, ARecordedSuccessIsFoundBeforeAnyCallGoesOut) {
  Open();
  const rpc::CallContext call = TestCall(kRequest, "content");
  event::v1::PositionEntry callee;
  callee.set_topic("datecourse.schedule");
  callee.set_sequence(7);
  call.Published(callee);
  EXPECT_FALSE(loop_.BlockOn(store_->Find(*call.idempotency))->has_value());
  ASSERT_TRUE(loop_.BlockOn(Count(call)).ok());
  const auto recorded = loop_.BlockOn(store_->Find(*call.idempotency));
  ASSERT_TRUE(recorded.ok() && recorded->has_value());
  EXPECT_TRUE((*recorded)->status.ok());
  StringValue reply;
  ASSERT_TRUE(reply.ParseFromString((*recorded)->reply));
  EXPECT_EQ(reply.value(), "|");
  // What callees published is part of it.
  EXPECT_EQ((*recorded)->position.entries_size(), 2);
}

TEST_P(CommandConformanceTest, EventsCarryTheirCauseAndAreContiguousAcrossRestarts) {
  Open();
  rpc::CallContext call = TestCall(kRequest, "content");
  ASSERT_TRUE(loop_.BlockOn(Count(call)).ok());
  EXPECT_FALSE(Refuse(TestCall(), false).ok());
  Reopen();
  ASSERT_TRUE(ApplyNow([](Txn& txn) {
                txn.SetCause({.actor = "lee",
                              .traceparent = "00-trace",
                              .request_id = "",
                              .causation_id = "event-1"});
                txn.Emit(Text("둘"));
                txn.Emit(Text("셋"));
                return absl::OkStatus();
              }).ok());
  const std::vector<OutboxRow> rows = Outbox();
  ASSERT_EQ(rows.size(), 3u);
  std::vector<event::v1::Event> events(3);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(events[i].ParseFromString(rows[i].event));
    EXPECT_EQ(rows[i].sequence, i + 1);
    EXPECT_EQ(events[i].sequence(), i + 1);
    EXPECT_EQ(events[i].key(), rows[i].key);
    EXPECT_EQ(events[i].producer(), "datecourse-test");
    EXPECT_EQ(events[i].source(), "datecourse.test");
    EXPECT_EQ(events[i].type(), "google.protobuf.StringValue");
    EXPECT_EQ(events[i].epoch(), 1u);
    if (i > 0) EXPECT_GT(events[i].id(), events[i - 1].id());
  }
  EXPECT_EQ(events[0].actor(), "kim");
  EXPECT_EQ(events[0].request_id(), kRequest);
  EXPECT_EQ(events[0].causation_id(), kRequest);
  EXPECT_EQ(events[0].traceparent(), call.trace.Traceparent());
  EXPECT_EQ(events[1].actor(), "lee");
  EXPECT_EQ(events[1].causation_id(), "event-1");
  StringValue data;
  ASSERT_TRUE(data.ParseFromString(events[2].data()));
  EXPECT_EQ(data.value(), "셋");
}

TEST_P(CommandConformanceTest, ACommandTellsWhereItPublished) {
  Open();
  const rpc::CallContext call = TestCall();
  ASSERT_TRUE(loop_.BlockOn(Write(call, "한강", "text")).ok());
  ASSERT_EQ(call.published().entries_size(), 1);
  const event::v1::PositionEntry& entry = call.published().entries(0);
  EXPECT_EQ(entry.topic(), "datecourse.test");
  EXPECT_EQ(entry.partition(), events::PartitionOf("한강"));
  EXPECT_EQ(entry.sequence(), 1u);
}

TEST_P(CommandConformanceTest, TheOutboxIsReadInPiecesAndForgottenUpToAMark) {
  Open();
  ASSERT_TRUE(ApplyNow([](Txn& txn) {
                for (int i = 0; i < 2500; ++i) txn.Emit(Text("e"));
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(loop_.BlockOn(store_->ReadOutbox(0, 10, 1 << 20))->size(), 10u);
  EXPECT_EQ(loop_.BlockOn(store_->ReadOutbox(10, 10, 1))->at(0).sequence, 11u);
  EXPECT_EQ(loop_.BlockOn(store_->ReadOutbox(10, 10, 1))->size(), 1u);
  EXPECT_TRUE(loop_.BlockOn(store_->ReadOutbox(2500, 10, 1 << 20))->empty());
  ASSERT_TRUE(loop_.BlockOn(store_->TrimOutbox(2400)).ok());
  EXPECT_EQ(Outbox().size(), 100u);
  Reopen();
  EXPECT_EQ(Outbox().front().sequence, 2401u);
  EXPECT_EQ(store_->trimmed_sequence(), 2400u);
  EXPECT_EQ(LastSequence(), 2500u);
  // Beyond the end is all there is.
  ASSERT_TRUE(loop_.BlockOn(store_->TrimOutbox(99'999)).ok());
  EXPECT_EQ(store_->trimmed_sequence(), 2500u);
  EXPECT_TRUE(Outbox().empty());
}

TEST_P(CommandConformanceTest, WhoWaitsForTheOutboxIsWokenOncePublishable) {
  Open();
  auto grown = std::async(std::launch::async, [&] {
    return loop_.BlockOn([](Store& store) -> async::Task<uint64_t> {
      while (store.last_sequence() == 0) co_await store.outbox_grew().Wait();
      co_return store.last_sequence();
    }(*store_));
  });
  ASSERT_TRUE(WriteNow("a", "text").ok());
  EXPECT_EQ(grown.get(), 1u);
}

}  // namespace
}  // namespace maru::store
