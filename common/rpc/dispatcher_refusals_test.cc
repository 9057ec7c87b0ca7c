// Goal: no call reaches a handler that should not, and every refusal names its reason.
#include "common/rpc/dispatcher_testing.h"

namespace maru::rpc {
namespace {

// Steps 1 to 7: each refusal, and nothing happened.
TEST_F(DispatcherTest, UnknownMethod) {
  const Call& call = BeginRaw("test.v1.Test/Nothing", "", "customer:kim");
  ExpectRefused(call.reply->status, absl::StatusCode::kUnimplemented, "UNKNOWN_METHOD");
  EXPECT_EQ(ErrorInfoOf(call.reply->status)->metadata().at("method"), "test.v1.Test/Nothing");
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_calls_total{code="UNIMPLEMENTED",method="unknown"} 1)"));
}

TEST_F(DispatcherTest, TooManyInFlight) {
  options_.max_unary = 2;
  service_.executor = &executor_;
  Call& first = Begin(kGet, Get(), "customer:kim");
  Call& second = Begin(kGet, Get(), "customer:kim");
  const Call& third = Begin(kGet, Get(), "customer:kim");
  ExpectRefused(third.reply->status, absl::StatusCode::kResourceExhausted, "OVERLOADED");
  EXPECT_EQ(RetryDelayOf(third.reply->status), absl::Milliseconds(200));
  EXPECT_EQ(service_.called, 2);
  EXPECT_TRUE(Scraped(R"(maru_rpc_server_in_flight{method="test.v1.Test/Get"} 2)"));
  // Health is not refused: a busy server is not a sick one.
  EXPECT_FALSE(Begin(kOpen, Get(), "").reply.has_value());
  EXPECT_EQ(service_.called, 3);
  executor_.Advance(absl::Seconds(1));
  EXPECT_TRUE(first.reply->status.ok());
  EXPECT_TRUE(second.reply->status.ok());
  const Call& later = Begin(kGet, Get(), "customer:kim");
  executor_.Advance(absl::Seconds(1));
  EXPECT_TRUE(later.reply->status.ok());
}

TEST_F(DispatcherTest, NoTokenOrOneThatProvesNothing) {
  const struct {
    std::string header;
    std::string cause;
  } cases[] = {{"", "no token"},
               {"Basic a2ltOnB3", "not a bearer token"},
               {"Bearer forged", "wrong signature"}};
  for (const auto& bad : cases) {
    Metadata metadata;
    if (!bad.header.empty()) metadata.Add("authorization", bad.header);
    const Reply reply = Finish(kGet, Get(), "", std::move(metadata));
    ExpectRefused(reply.status, absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED");
    EXPECT_EQ(ErrorInfoOf(reply.status)->metadata().at("cause"), bad.cause);
  }
  EXPECT_EQ(service_.called, 0);
  Metadata metadata;
  metadata.Add("authorization", "bearer customer:kim");
  EXPECT_TRUE(Finish(kGet, Get(), "", std::move(metadata)).status.ok());
}

TEST_F(DispatcherTest, OpenMethodsNeedNoTokenAndLookAtNone) {
  EXPECT_TRUE(Finish(kOpen, Get(), "").status.ok());
  EXPECT_TRUE(Finish(kOpen, Get(), "forged").status.ok());
  EXPECT_EQ(authenticator_.asked, 0);
  EXPECT_EQ(service_.seen->identity->subject, "");
}

TEST_F(DispatcherTest, RolesAndCallersThatMayCall) {
  const struct {
    const MethodInfo& method;
    std::string token;
    bool may;
  } cases[] = {
      {kOwn, "host:han", true},
      {kOwn, "customer:kim", false},
      {kOwn, "admin:root", true},     // admin reads all
      {kWrite, "admin:root", false},  // but commands only what names admin
      {kWrite, "customer:kim", true},
      {kGet, "customer:kim", true},
      {kGet, "host:han", true},
      {kGet, "service:datecourse-review", false},  // any actor means any person
      {kCheck, "service:datecourse-review", true},
      {kCheck, "service:datecourse-viewpage", true},
      {kCheck, "service:datecourse-message", false},  // not named
      {kCheck, "service:books-review", false},        // of another system
      {kCheck, "customer:datecourse-review", false},
      {kCheck, "admin:root", false},
  };
  for (const auto& check : cases) {
    const int before = service_.called;
    const WriteReviewRequest write = Write();
    const GetReviewRequest get = Get();
    const google::protobuf::Message& request =
        &check.method == &kWrite ? static_cast<const google::protobuf::Message&>(write) : get;
    const Reply reply = Finish(check.method, request, check.token);
    EXPECT_EQ(reply.status.ok(), check.may)
        << check.method.full_name << " " << check.token << " " << reply.status;
    EXPECT_EQ(service_.called - before, check.may ? 1 : 0);
    if (!check.may)
      ExpectRefused(reply.status, absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED");
  }
  EXPECT_EQ(ErrorInfoOf(Finish(kWrite, Write(), "host:han").status)->metadata().at("roles"),
            "customer");
}

TEST_F(DispatcherTest, RequestsThatAreNoMessage) {
  // Not protobuf; a field of the wrong type; text that is no UTF-8.
  for (const std::string& bytes :
       {std::string("\xff\xff\xff"), std::string("\x0a\x05kim"), std::string("\x0a\x02\xc3\x28")}) {
    const Call& call = BeginRaw(kGet.full_name, bytes, "customer:kim");
    ExpectRefused(call.reply->status, absl::StatusCode::kInvalidArgument, "MALFORMED");
  }
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, RequestsThatBreakRulesNameEachField) {
  WriteReviewRequest request = Write(std::string(5001, 'x'), "no uuid");
  request.clear_schedule_id();
  request.set_rating(6);
  const Reply reply = Finish(kWrite, request, "customer:kim");
  ExpectRefused(reply.status, absl::StatusCode::kInvalidArgument, "INVALID_FIELD");
  std::vector<std::string> fields;
  const std::optional<google::rpc::BadRequest> bad = BadRequestOf(reply.status);
  ASSERT_TRUE(bad.has_value());
  for (const auto& violation : bad->field_violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields, ElementsAre("schedule_id", "comment_text", "rating", "request_id"));
  EXPECT_EQ(service_.called, 0);
  EXPECT_TRUE(replay_.asked.empty());
}

TEST_F(DispatcherTest, PositionsThatCannotBeRead) {
  GetScheduleViewRequest request;
  request.set_schedule_id("s1");
  for (const std::string& bad : {std::string("!!!"), std::string("AAAA"), EncodePosition([] {
                                   event::v1::Position position;
                                   position.add_entries()->set_partition(8);
                                   position.mutable_entries(0)->set_topic("datecourse.review");
                                   return position;
                                 }())}) {
    request.set_position(bad);
    ExpectRefused(Finish(kView, request, "customer:kim").status, absl::StatusCode::kInvalidArgument,
                  "INVALID_POSITION");
    Metadata metadata;
    metadata.Add("maru-position", bad);
    request.clear_position();
    ExpectRefused(Finish(kView, request, "customer:kim", std::move(metadata)).status,
                  absl::StatusCode::kInvalidArgument, "INVALID_POSITION");
  }
  EXPECT_EQ(service_.called, 0);
}

}  // namespace
}  // namespace maru::rpc
