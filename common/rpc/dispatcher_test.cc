// Goal: what the handler sees and the caller gets back is complete, and told to logs and metrics.
#include "common/rpc/dispatcher_testing.h"

namespace maru::rpc {
namespace {

TEST_F(DispatcherTest, RunsTheHandlerAndEncodesItsReply) {
  const Reply reply = Finish(kWrite, Write("정말 좋았어요"), "customer:kim");
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  Review review;
  ASSERT_TRUE(review.ParseFromString(reply.message));
  EXPECT_EQ(review.comment_text(), "정말 좋았어요");
  EXPECT_TRUE(reply.metadata.entries().empty());
}

// What the handler sees.
TEST_F(DispatcherTest, TheHandlerSeesWhoActsAndUnderWhichTrace) {
  Metadata metadata;
  metadata.Add("traceparent", std::string(kTraceparent));
  metadata.Add("maru-actor-bin", "somebody-else");
  Finish(kWrite, Write("글", absl::AsciiStrToUpper(ToAbsl(kRequestId))), "customer:kim",
         std::move(metadata));
  const CallContext& call = *service_.seen;
  EXPECT_EQ(call.identity->subject, "kim");
  // Only contexts may act for others.
  EXPECT_EQ(call.actor, "kim");
  EXPECT_EQ(call.method, "test.v1.Test/Write");
  EXPECT_EQ(call.trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(call.trace.parent_span_id, "b7ad6b7169203331");
  EXPECT_NE(call.trace.span_id, "b7ad6b7169203331");
  EXPECT_TRUE(call.trace.sampled);
  EXPECT_EQ(call.request_id, kRequestId);
}

TEST_F(DispatcherTest, AContextActsForAUserWithinTheUsersCommand) {
  Metadata metadata;
  metadata.Add("maru-actor-bin", "kim");
  metadata.Add("maru-request-id", std::string(kRequestId));
  Finish(kCheck, Get(), "service:datecourse-review", std::move(metadata));
  EXPECT_EQ(service_.seen->identity->subject, "datecourse-review");
  EXPECT_EQ(service_.seen->actor, "kim");
  EXPECT_EQ(service_.seen->request_id, kRequestId);
  EXPECT_EQ(service_.seen->idempotency, std::nullopt);
  Finish(kCheck, Get(), "service:datecourse-review");
  EXPECT_EQ(service_.seen->actor, "datecourse-review");
}

TEST_F(DispatcherTest, AContextThatActsForWhatIsNoTextIsRefused) {
  const std::pair<const char*, std::string> kBad[] = {{"maru-actor-bin", "\xff\xfe"},
                                                      {"maru-actor-bin", std::string(257, 'a')},
                                                      {"maru-request-id", "두 줄"},
                                                      {"maru-request-id", std::string(65, 'a')}};
  for (const auto& [key, value] : kBad) {
    Metadata metadata;
    metadata.Add(key, value);
    const Reply reply = Finish(kCheck, Get(), "service:datecourse-review", std::move(metadata));
    EXPECT_EQ(reply.status.code(), absl::StatusCode::kInvalidArgument) << key;
  }
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, TheShorterDeadlineWins) {
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(service_.seen->deadline, executor_.Now() + absl::Seconds(2));
  deadline = executor_.Now() + absl::Seconds(1);
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(service_.seen->deadline, deadline);
  deadline = executor_.Now() + absl::Seconds(3);
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(service_.seen->deadline, executor_.Now() + absl::Seconds(2));
}

TEST_F(DispatcherTest, ATraceparentThatIsNoneStartsATrace) {
  for (const char* bad : {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"}) {
    Metadata metadata;
    metadata.Add("traceparent", bad);
    Finish(kGet, Get(), "customer:kim", std::move(metadata));
    EXPECT_EQ(service_.seen->trace.trace_id.size(), 32u) << bad;
    EXPECT_NE(service_.seen->trace.trace_id, "0af7651916cd43dd8448eb211c80319c") << bad;
    EXPECT_EQ(service_.seen->trace.parent_span_id, "") << bad;
  }
  Metadata later;
  later.Add("traceparent",
            absl::StrCat("cc", absl::string_view(kTraceparent.data() + 2, kTraceparent.size() - 2),
                         "-what-comes"));
  Finish(kGet, Get(), "customer:kim", std::move(later));
  EXPECT_EQ(service_.seen->trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
}

event::v1::PositionEntry Entry(std::string topic, uint32_t partition, uint64_t sequence) {
  event::v1::PositionEntry entry;
  entry.set_topic(std::move(topic));
  entry.set_partition(partition);
  entry.set_sequence(sequence);
  return entry;
}

TEST_F(DispatcherTest, PositionsGoOutWithTheReplyAndComeBackByFieldOrMetadata) {
  service_.result = [](const CallContext& call, const Review& review) {
    call.Published(Entry("datecourse.review", 3, 17));
    return review;
  };
  const Reply reply = Finish(kWrite, Write(), "customer:kim");
  const std::string position(*reply.metadata.Find("maru-position"));
  service_.result = nullptr;

  GetScheduleViewRequest request;
  request.set_schedule_id("s1");
  request.set_position(position);
  EXPECT_TRUE(Finish(kView, request, "customer:kim").status.ok());
  ASSERT_EQ(service_.seen->wanted.entries_size(), 1);
  EXPECT_EQ(service_.seen->wanted.entries(0).sequence(), 17u);

  request.clear_position();
  Metadata metadata;
  metadata.Add("maru-position", position);
  EXPECT_TRUE(Finish(kView, request, "customer:kim", metadata).status.ok());
  EXPECT_EQ(service_.seen->wanted.entries(0).topic(), "datecourse.review");
}

// Step 8.
TEST_F(DispatcherTest, ACommandWithARequestIdIsLookedUpFirst) {
  Recorded recorded;
  Review first;
  first.set_id("first");
  recorded.reply = first.SerializeAsString();
  *recorded.position.add_entries() = Entry("datecourse.review", 1, 5);
  replay_.answer = recorded;
  const Reply reply = Finish(kWrite, Write("글", kRequestId), "customer:kim");
  EXPECT_TRUE(reply.status.ok());
  EXPECT_EQ(reply.message, recorded.reply);
  EXPECT_EQ(DecodePosition(*reply.metadata.Find("maru-position"))->entries(0).sequence(), 5u);
  EXPECT_EQ(reply.metadata.Find("maru-request-id"), kRequestId);
  EXPECT_EQ(service_.called, 0);
  ASSERT_EQ(replay_.asked.size(), 1u);
  EXPECT_EQ(replay_.asked[0].principal, "kim");
  EXPECT_EQ(replay_.asked[0].method, "test.v1.Test/Write");
  EXPECT_EQ(replay_.asked[0].request_id, kRequestId);
}

TEST_F(DispatcherTest, ARecordedRefusalIsGivenAgain) {
  Recorded recorded;
  recorded.status = datecourse::review::v1::errors::ReviewClosed("s1");
  replay_.answer = recorded;
  const Reply reply = Finish(kWrite, Write("글", kRequestId), "customer:kim");
  ExpectRefused(reply.status, absl::StatusCode::kFailedPrecondition, "REVIEW_CLOSED");
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, AReusedRequestIdIsRefused) {
  replay_.answer = options::v1::errors::RequestIdReused(kRequestId);
  const Reply reply = Finish(kWrite, Write("글", kRequestId), "customer:kim");
  ExpectRefused(reply.status, absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED");
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, TheDigestIsOfTheContentWithoutTheRequestId) {
  EXPECT_TRUE(Finish(kWrite, Write("글", kRequestId), "customer:kim").status.ok());
  EXPECT_EQ(service_.called, 1);
  EXPECT_EQ(service_.seen->request_id, kRequestId);
  EXPECT_TRUE(Finish(kWrite, Write("글", "0190c3f4-2222-7abc-8def-0123456789ab"), "customer:kim")
                  .status.ok());
  EXPECT_TRUE(Finish(kWrite, Write("다른 글", kRequestId), "customer:kim").status.ok());
  ASSERT_EQ(replay_.asked.size(), 3u);
  EXPECT_EQ(replay_.asked[0].sha256.size(), 32u);
  EXPECT_EQ(replay_.asked[0].sha256, replay_.asked[1].sha256);
  EXPECT_NE(replay_.asked[0].sha256, replay_.asked[2].sha256);
  EXPECT_EQ(service_.seen->idempotency->sha256, replay_.asked[2].sha256);
}

TEST_F(DispatcherTest, WithoutARequestIdNothingIsLookedUp) {
  EXPECT_TRUE(Finish(kWrite, Write(), "customer:kim").status.ok());
  EXPECT_TRUE(replay_.asked.empty());
  EXPECT_EQ(service_.seen->idempotency, std::nullopt);
}

// Step 10.
TEST_F(DispatcherTest, ErrorsCarryDomainTraceAndPosition) {
  service_.result = [](const CallContext& call, const Review&) -> absl::StatusOr<Review> {
    call.Published(Entry("datecourse.review", 3, 17));
    return datecourse::review::v1::errors::ReviewClosed("s1");
  };
  Metadata metadata;
  metadata.Add("traceparent", std::string(kTraceparent));
  const Reply reply = Finish(kWrite, Write(), "customer:kim", std::move(metadata));
  ExpectRefused(reply.status, absl::StatusCode::kFailedPrecondition, "REVIEW_CLOSED");
  EXPECT_EQ(reply.metadata.Find("maru-trace-id"), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_TRUE(reply.metadata.Find("maru-position").has_value());
}

TEST_F(DispatcherTest, ACalleesErrorKeepsItsDomain) {
  service_.result = [](const CallContext&, const Review&) -> absl::StatusOr<Review> {
    absl::Status status = options::v1::errors::ViewBehind();
    google::rpc::ErrorInfo info = *ErrorInfoOf(status);
    info.set_domain("datecourse.viewpage");
    SetDetail(status, info);
    return status;
  };
  EXPECT_EQ(ErrorInfoOf(Finish(kGet, Get(), "customer:kim").status)->domain(),
            "datecourse.viewpage");
}

TEST_F(DispatcherTest, UnexpectedErrorsAreLoggedAndNotShown) {
  for (const absl::StatusCode code : {absl::StatusCode::kUnknown, absl::StatusCode::kInternal}) {
    service_.result = [code](const CallContext&, const Review&) -> absl::StatusOr<Review> {
      return absl::Status(code, "row 김's secret");
    };
    const Reply reply = Finish(kGet, Get(), "customer:kim");
    ExpectRefused(reply.status, absl::StatusCode::kInternal, "INTERNAL");
    EXPECT_EQ(reply.status.message(), "internal error");
    const nlohmann::json line = LogLines().back();
    EXPECT_EQ(line["level"], "error");
    EXPECT_EQ(line["error"], "row 김's secret");
    EXPECT_EQ(line["trace_id"].get<std::string>(),
              std::string(*reply.metadata.Find("maru-trace-id")));
  }
}

TEST_F(DispatcherTest, LogsErrorsAlwaysAndOthersOnRequest) {
  Finish(kGet, Get(), "customer:kim");
  EXPECT_TRUE(LogLines().empty());
  Finish(kOwn, Get(), "customer:kim");
  ASSERT_EQ(LogLines().size(), 1u);
  const nlohmann::json line = LogLines()[0];
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["deployment"], "datecourse-schedule");
  EXPECT_EQ(line["method"], "test.v1.Test/Own");
  EXPECT_EQ(line["caller"], "kim");
  EXPECT_EQ(line["code"], "PERMISSION_DENIED");
  EXPECT_EQ(line["reason"], "ROLE_REQUIRED");
  dispatcher_.reset();
  options_.log_ok = true;
  Finish(kGet, Get(), "customer:kim");
  EXPECT_EQ(LogLines().back()["code"], "OK");
}

TEST_F(DispatcherTest, CountsAndTimesCallsByMethodAndCode) {
  service_.executor = &executor_;
  Begin(kGet, Get(), "customer:kim");
  executor_.Advance(absl::Seconds(1));
  Finish(kGet, Get(""), "customer:kim");
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_calls_total{code="OK",method="test.v1.Test/Get"} 1)"));
  EXPECT_TRUE(Scraped(
      R"(maru_rpc_server_calls_total{code="INVALID_ARGUMENT",method="test.v1.Test/Get"} 1)"));
  EXPECT_TRUE(
      Scraped(R"(maru_rpc_server_duration_seconds_bucket{method="test.v1.Test/Get",le="0.5"} 1)"));
  EXPECT_TRUE(
      Scraped(R"(maru_rpc_server_duration_seconds_bucket{method="test.v1.Test/Get",le="1"} 2)"));
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_in_flight{method="test.v1.Test/Get"} 0)"));
}

TEST_F(DispatcherTest, ADestroyedFrameIsCountedAsCancelled) {
  service_.executor = &executor_;
  Begin(kGet, Get(), "customer:kim");
  scope_.CancelAll();
  EXPECT_TRUE(
      Scraped(R"(maru_rpc_server_calls_total{code="CANCELLED",method="test.v1.Test/Get"} 1)"));
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_in_flight{method="test.v1.Test/Get"} 0)"));
}

}  // namespace
}  // namespace maru::rpc
