// Goal: nobody gets in who should not, nobody sees or does what is another's, and the answer says
// why. Method: as bad_input_test.cc; tokens are forged with the keys that the system itself has.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "maru/broker/v1/broker.pb.h"
#include "tests/bad_input_fixture.h"

namespace maru::harness {
namespace {

TEST_F(BadInputTest, AWrongRole) {
  schedule::RegisterScheduleRequest course;
  course.set_title("손님이 만든 코스");
  ExpectRefused(Kim().Call(kRegisterSchedule, course), StatusCode::kPermissionDenied,
                "ROLE_REQUIRED");
  ExpectRefused(Mina().Call(kRegister, GoodComment()), StatusCode::kPermissionDenied,
                "ROLE_REQUIRED");
  ExpectRefused(Kim().Call(GetStatusOf(kReview), admin::v1::GetStatusRequest()),
                StatusCode::kPermissionDenied, "ROLE_REQUIRED");
  ExpectRefused(Kim().Call(kListTopics, broker::v1::ListTopicsRequest()),
                StatusCode::kPermissionDenied, "ROLE_REQUIRED");
  schedule::CheckReviewEligibilityRequest check;
  check.set_schedule_id(course_id());
  check.set_customer_id("kim");
  ExpectRefused(Actor(system(), "admin", "root").Call(kCheckReviewEligibility, check),
                StatusCode::kPermissionDenied, "ROLE_REQUIRED");
}

TEST_F(BadInputTest, SomebodyElsesBookmarkIsNotFound) {
  communication::DeleteCommunicationRequest remove;
  remove.set_id(foreign_bookmark());
  ExpectRefused(Kim().Call(kDeleteCommunication, remove), StatusCode::kNotFound, "NOT_FOUND");
  communication::GetCommunicationRequest get;
  get.set_id(foreign_bookmark());
  ExpectRefused(Kim().Call(kGetCommunication, get), StatusCode::kNotFound, "NOT_FOUND");
  communication::ListCommunicationsRequest list;
  list.set_kind(Communication::KIND_BOOKMARK);
  const auto listed = Kim().Call(kListCommunications, list);
  EXPECT_TRUE(listed.ok()) << listed;
  EXPECT_EQ(listed.reply.communications_size(), 0);
  schedule::DeleteScheduleRequest course;
  course.set_id(course_id());
  ExpectRefused(Actor(system(), "host", "jun").Call(kDeleteSchedule, course), StatusCode::kNotFound,
                "NOT_FOUND");
}

TEST_F(BadInputTest, NoTokenOrRubbish) {
  for (const std::string& token :
       {std::string(), std::string("rubbish"), std::string("a.b.c"), std::string(9000, 'a')}) {
    ExpectUnauthenticated(RegisterWith(token));
  }
}

TEST_F(BadInputTest, AnExpiredToken) {
  ExpectUnauthenticated(RegisterWith(TokenWith(UsersKey(), [](rpc::Claims& claims) {
    claims.expire_time = absl::Now() - absl::Minutes(1);
  })));
}

TEST_F(BadInputTest, ATokenThatIsNotValidYet) {
  ExpectUnauthenticated(RegisterWith(TokenWith(UsersKey(), [](rpc::Claims& claims) {
    claims.not_before = absl::Now() + absl::Minutes(1);
  })));
}

TEST_F(BadInputTest, ATokenWithoutSignature) {
  const std::string signed_token = Kim().token();
  const std::string payload =
      signed_token.substr(signed_token.find('.'), signed_token.rfind('.') - signed_token.find('.'));
  const std::string header = absl::WebSafeBase64Escape(R"({"alg":"none","typ":"JWT"})");
  ExpectUnauthenticated(RegisterWith(absl::StrCat(header, payload, ".")));
  const std::string with_kid =
      absl::WebSafeBase64Escape(R"({"alg":"none","typ":"JWT","kid":"users"})");
  ExpectUnauthenticated(RegisterWith(absl::StrCat(with_kid, payload, ".")));
  ExpectUnauthenticated(RegisterWith(signed_token.substr(0, signed_token.rfind('.') + 1)));
}

TEST_F(BadInputTest, ATokenSignedWithAnotherKey) {
  const auto pair = rpc::GenerateEs256KeyPair();
  ASSERT_TRUE(pair.ok()) << pair.status();
  const auto key = rpc::Es256PrivateKey::FromPem(pair->private_pem);
  ASSERT_TRUE(key.ok()) << key.status();
  ExpectUnauthenticated(RegisterWith(TokenWith(*key, [](rpc::Claims&) {})));
}

TEST_F(BadInputTest, ATokenForAnotherAudience) {
  ExpectUnauthenticated(RegisterWith(
      TokenWith(UsersKey(), [](rpc::Claims& claims) { claims.audiences = {"elsewhere"}; })));
}

TEST_F(BadInputTest, APersonsTokenThatClaimsToBeAService) {
  schedule::CheckReviewEligibilityRequest check;
  check.set_schedule_id(course_id());
  check.set_customer_id("kim");
  const std::string token = TokenWith(UsersKey(), [](rpc::Claims& claims) {
    claims.subject = kReview;
    claims.roles = {"service"};
  });
  const Outcome refused =
      Raw(kSchedule, kCheckReviewEligibility.path, check.SerializeAsString(), token);
  EXPECT_TRUE(refused.code == StatusCode::kUnauthenticated ||
              refused.code == StatusCode::kPermissionDenied)
      << refused;
  EXPECT_FALSE(refused.reason().empty()) << refused;
}

TEST_F(BadInputTest, AnUnknownTopic) {
  const Actor admin(system(), "admin", "root");
  broker::v1::GetTopicRequest get;
  get.set_name("datecourse.unknown");
  ExpectRefused(admin.Call(kGetTopic, get), StatusCode::kNotFound, "NOT_FOUND");
  broker::v1::VerifyTopicRequest verify;
  verify.set_name("datecourse.unknown");
  CallOptions options;
  options.token = admin.token();
  std::vector<std::string> replies;
  ExpectRefused(system().client(kBroker).CallStream(kVerifyTopic.path, verify.SerializeAsString(),
                                                    options, &replies),
                StatusCode::kNotFound, "NOT_FOUND");
}

TEST_F(BadInputTest, ATopicOfAnotherOwner) {
  const auto key = rpc::LoadPrivateKey(rpc::ServiceKeyFolder(system().keys_folder(), kReview));
  ASSERT_TRUE(key.ok()) << key.status();
  rpc::Claims claims;
  claims.issuer = rpc::kServiceIssuer;
  claims.subject = kReview;
  claims.audiences = {kBroker};
  claims.roles = {"service"};
  claims.issue_time = absl::Now();
  claims.expire_time = absl::Now() + absl::Minutes(5);
  const auto token = rpc::MakeToken(claims, kReview, *key);
  ASSERT_TRUE(token.ok()) << token.status();
  for (const char* topic : {"datecourse.schedule", "datecourse.unknown", "", "한글"}) {
    broker::v1::PublishRequest open;
    open.mutable_open()->set_topic(topic);
    open.mutable_open()->set_epoch(1);
    CallOptions options;
    options.token = *token;
    std::vector<std::string> replies;
    const Outcome refused = system().client(kBroker).CallStream(
        "/maru.broker.v1.BrokerService/Publish", open.SerializeAsString(), options, &replies);
    EXPECT_FALSE(refused.ok()) << topic;
    EXPECT_FALSE(refused.reason().empty()) << refused;
    EXPECT_TRUE(replies.empty());
  }
}

TEST_F(BadInputTest, APersonMayNotPublish) {
  broker::v1::PublishRequest open;
  open.mutable_open()->set_topic("datecourse.communication");
  CallOptions options;
  options.token = Actor(system(), "admin", "root").token();
  std::vector<std::string> replies;
  ExpectRefused(system().client(kBroker).CallStream("/maru.broker.v1.BrokerService/Publish",
                                                    open.SerializeAsString(), options, &replies),
                StatusCode::kPermissionDenied, "ROLE_REQUIRED");
}

}  // namespace
}  // namespace maru::harness
