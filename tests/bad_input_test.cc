// Goal: whatever comes in, the answer names the code and the field or reason, nothing is stored,
// and every process lives on. Method: one running system; each test sends what one should not, then
// everything that is stored is compared with before.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/identity/es256.h"
#include "common/rpc/identity/jwt.h"
#include "common/rpc/identity/key_files.h"
#include "maru/broker/v1/broker.pb.h"
#include "tests/harness/actor.h"
#include "tests/harness/checkers.h"
#include "tests/harness/system.h"

namespace maru::harness {
namespace {

using absl::StatusCode;
using communication::Communication;

// What a system has stored, to be compared: rows of every list, and how many events each context
// has emitted.
using Stored = std::map<std::string, std::string>;

template <typename Rows>
std::string TextOf(const absl::StatusOr<Rows>& rows) {
  if (!rows.ok()) return absl::StrCat("unreadable: ", rows.status().ToString());
  std::string text;
  for (const auto& row : *rows) absl::StrAppend(&text, row.ShortDebugString(), "\n");
  return text;
}

Stored StoredIn(System& system) {
  const Actor admin(system, "admin", "root");
  Stored stored;
  stored["communications"] = TextOf(AllCommunications(admin));
  stored["reviews"] = TextOf(AllReviews(admin));
  stored["messages"] = TextOf(AllMessages(admin));
  stored["schedules"] =
      admin.Call(kListSchedules, schedule::ListSchedulesRequest()).reply.ShortDebugString();
  for (const std::string& name : system.contexts()) {
    const auto status = admin.Call(GetStatusOf(name), admin::v1::GetStatusRequest());
    stored[name] =
        status.ok() ? absl::StrCat(status.reply.outbox().last_sequence()) : Describe(status);
  }
  const auto topics = admin.Call(kListTopics, broker::v1::ListTopicsRequest());
  for (const auto& topic : topics.reply.topics()) {
    stored[topic.name()] = absl::StrCat(topic.log_id(), " ", topic.owner());
  }
  return stored;
}

class BadInputTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    System::Options options;
    options.folder = absl::StrCat(testing::TempDir(), "/bad_input");
    std::filesystem::remove_all(options.folder);
    auto system = System::Start(options);
    ASSERT_TRUE(system.ok()) << system.status();
    suite_ = new Suite{*std::move(system), "", ""};
    StoreSomething();
  }

  static void TearDownTestSuite() {
    if (suite_ == nullptr) return;
    EXPECT_EQ(suite_->system->SuddenEnds(), "") << suite_->system->LogTails(/*lines=*/20);
    const absl::Status stopped = suite_->system->StopAll();
    EXPECT_TRUE(stopped.ok()) << stopped;
    delete suite_;
    suite_ = nullptr;
  }

  void SetUp() override {
    ASSERT_NE(suite_, nullptr);
    stored_ = StoredIn(system());
  }

  void TearDown() override {
    if (suite_ == nullptr) return;
    EXPECT_EQ(StoredIn(system()), stored_) << "bad input was stored";
  }

  static System& system() { return *suite_->system; }
  // A course with reviews open, and a bookmark of 이 on it.
  static const std::string& course_id() { return suite_->course_id; }
  static const std::string& foreign_bookmark() { return suite_->foreign_bookmark; }

  Actor Kim() { return Actor(system(), "customer", "kim"); }
  Actor Mina() { return Actor(system(), "host", "mina"); }

  // A comment as it should be; a test then spoils one thing.
  static communication::RegisterRequest GoodComment() {
    communication::RegisterRequest request;
    request.set_schedule_id(course_id());
    request.set_kind(Communication::KIND_COMMENT);
    request.set_comment_text("좋아요");
    return request;
  }

  // A call with bytes that no generated client would send.
  Outcome Raw(std::string_view deployment, std::string_view path, const std::string& bytes,
              std::string token) {
    CallOptions options;
    options.token = std::move(token);
    std::string reply;
    return system().client(deployment).Call(path, bytes, options, &reply);
  }

  Outcome RegisterWith(const std::string& token) {
    return Raw(kCommunication, kRegister.path, GoodComment().SerializeAsString(), token);
  }

  static void ExpectRefused(const Outcome& outcome, StatusCode code, const std::string& reason) {
    EXPECT_EQ(outcome.code, code) << outcome;
    EXPECT_EQ(outcome.reason(), reason) << outcome;
    EXPECT_FALSE(outcome.info.domain().empty()) << outcome;
  }

  static void ExpectField(const Outcome& outcome, const std::string& field) {
    ExpectRefused(outcome, StatusCode::kInvalidArgument, "INVALID_FIELD");
    EXPECT_TRUE(outcome.Names(field)) << field << " is not named: " << outcome;
  }

  // A token of a person, signed with `key`, spoiled by `spoil`.
  std::string TokenWith(const rpc::Es256PrivateKey& key,
                        const std::function<void(rpc::Claims&)>& spoil) {
    rpc::Claims claims;
    claims.issuer = rpc::kUserIssuer;
    claims.audiences = {std::string(rpc::kUserAudience)};
    claims.subject = "kim";
    claims.roles = {"customer"};
    claims.issue_time = absl::Now();
    claims.expire_time = absl::Now() + absl::Hours(1);
    spoil(claims);
    const auto token = rpc::MakeToken(claims, rpc::kUserKeyId, key);
    EXPECT_TRUE(token.ok()) << token.status();
    return token.value_or("");
  }

  rpc::Es256PrivateKey UsersKey() {
    auto key = rpc::LoadPrivateKey(rpc::UserKeyFolder(system().keys_folder()));
    EXPECT_TRUE(key.ok()) << key.status();
    return *std::move(key);
  }

  static void ExpectUnauthenticated(const Outcome& outcome) {
    ExpectRefused(outcome, StatusCode::kUnauthenticated, "UNAUTHENTICATED");
    EXPECT_NE(outcome.info.metadata().count("cause"), 0u) << outcome;
  }

 private:
  struct Suite {
    std::unique_ptr<System> system;
    std::string course_id;
    std::string foreign_bookmark;
  };

  // Rows of every kind, so that lists, pages and repeats have something to be about. Waits until
  // messages have come.
  static void StoreSomething() {
    const Actor mina(system(), "host", "mina");
    const Actor lee(system(), "customer", "lee");
    schedule::RegisterScheduleRequest course;
    course.set_title("한강 노을 산책");
    course.set_review_open(true);
    suite_->course_id = mina.Call(kRegisterSchedule, course).reply.id();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(lee.Call(kRegister, GoodComment()).ok());
    communication::RegisterRequest bookmark;
    bookmark.set_schedule_id(course_id());
    bookmark.set_kind(Communication::KIND_BOOKMARK);
    const auto row = lee.Call(kRegister, bookmark);
    ASSERT_TRUE(row.ok()) << row;
    suite_->foreign_bookmark = row.reply.id();
    message::ListMessagesRequest messages;
    messages.set_position(row.position);
    ASSERT_TRUE(lee.Call(kListMessages, messages).ok());
    schedule::GetScheduleRequest counts;
    counts.set_id(course_id());
    counts.set_position(row.position);
    ASSERT_TRUE(lee.Call(kGetSchedule, counts).ok());
  }

  static Suite* suite_;
  Stored stored_;
};

BadInputTest::Suite* BadInputTest::suite_ = nullptr;

// --- The request itself ---

TEST_F(BadInputTest, BytesThatAreNoMessage) {
  const std::string token = Kim().token();
  ExpectRefused(Raw(kCommunication, kRegister.path, "\xff\xff\xff\xff", token),
                StatusCode::kInvalidArgument, "MALFORMED");
  const std::string good = GoodComment().SerializeAsString();
  ExpectRefused(Raw(kCommunication, kRegister.path, good.substr(0, good.size() - 1), token),
                StatusCode::kInvalidArgument, "MALFORMED");
}

TEST_F(BadInputTest, AFieldOfTheWrongType) {
  // Field 2, kind, as text: for protobuf an unknown field, so kind is missing.
  communication::RegisterRequest request = GoodComment();
  request.clear_kind();
  const std::string bytes = absl::StrCat(request.SerializeAsString(), "\x12\x04", "LIKE");
  ExpectField(Raw(kCommunication, kRegister.path, bytes, Kim().token()), "kind");
}

TEST_F(BadInputTest, AMissingField) {
  communication::RegisterRequest request = GoodComment();
  request.clear_schedule_id();
  ExpectField(Kim().Call(kRegister, request), "schedule_id");
  request = GoodComment();
  request.clear_comment_text();
  ExpectField(Kim().Call(kRegister, request), "comment_text");
  ExpectField(Mina().Call(kRegisterSchedule, schedule::RegisterScheduleRequest()), "title");
  ExpectField(Kim().Call(kWriteReview, review::WriteReviewRequest()), "comment_text");
  ExpectField(Kim().Call(kGetScheduleView, viewpage::GetScheduleViewRequest()), "schedule_id");
}

TEST_F(BadInputTest, AnEmptyRequestNamesEveryMissingField) {
  const auto refused = Kim().Call(kRegister, communication::RegisterRequest());
  ExpectField(refused, "schedule_id");
  ExpectField(refused, "kind");
}

TEST_F(BadInputTest, OverLongText) {
  std::string text;
  for (int i = 0; i < 2001; ++i) text += "가";  // 2000 code points are allowed
  communication::RegisterRequest request = GoodComment();
  request.set_comment_text(text);
  ExpectField(Kim().Call(kRegister, request), "comment_text");
  request = GoodComment();
  request.set_schedule_id(std::string(65, 'x'));
  ExpectField(Kim().Call(kRegister, request), "schedule_id");
  schedule::RegisterScheduleRequest course;
  course.set_title(std::string(201, 't'));
  ExpectField(Mina().Call(kRegisterSchedule, course), "title");
}

TEST_F(BadInputTest, InvalidUtf8) {
  communication::RegisterRequest request = GoodComment();
  request.clear_comment_text();
  // Field 3, comment_text, two bytes of a three-byte character.
  const std::string bytes = absl::StrCat(request.SerializeAsString(), "\x1a\x02\xea\xb0");
  const Outcome refused = Raw(kCommunication, kRegister.path, bytes, Kim().token());
  EXPECT_EQ(refused.code, StatusCode::kInvalidArgument) << refused;
  EXPECT_TRUE(refused.reason() == "MALFORMED" || refused.Names("comment_text")) << refused;
}

TEST_F(BadInputTest, AnUnknownEnum) {
  communication::RegisterRequest request = GoodComment();
  request.set_kind(static_cast<Communication::Kind>(99));
  ExpectField(Kim().Call(kRegister, request), "kind");
  communication::ListCommunicationsRequest list;
  list.set_kind(static_cast<Communication::Kind>(99));
  ExpectField(Kim().Call(kListCommunications, list), "kind");
}

TEST_F(BadInputTest, ANumberOutOfRange) {
  for (const int rating : {-1, 0, 6, 1000000}) {
    review::WriteReviewRequest request;
    request.set_schedule_id(course_id());
    request.set_comment_text("별점이 이상해요");
    request.set_rating(rating);
    ExpectField(Kim().Call(kWriteReview, request), "rating");
  }
}

TEST_F(BadInputTest, ANegativeOrHugePageSize) {
  for (const int size : {-1, 1001}) {
    communication::ListCommunicationsRequest communications;
    communications.set_page_size(size);
    ExpectField(Kim().Call(kListCommunications, communications), "page_size");
    schedule::ListSchedulesRequest schedules;
    schedules.set_page_size(size);
    ExpectField(Kim().Call(kListSchedules, schedules), "page_size");
    viewpage::ListScheduleViewsRequest views;
    views.set_page_size(size);
    ExpectField(Kim().Call(kListScheduleViews, views), "page_size");
  }
}

TEST_F(BadInputTest, AForeignOrDamagedPageToken) {
  communication::ListCommunicationsRequest list;
  list.set_page_size(1);
  const auto first = Kim().Call(kListCommunications, list);
  ASSERT_TRUE(first.ok()) << first;
  std::string token = first.reply.next_page_token();
  ASSERT_FALSE(token.empty());

  list.set_schedule_id("another filter");
  list.set_page_token(token);
  ExpectRefused(Kim().Call(kListCommunications, list), StatusCode::kInvalidArgument,
                "INVALID_PAGE_TOKEN");
  review::ListReviewsRequest reviews;
  reviews.set_page_token(token);
  ExpectRefused(Kim().Call(kListReviews, reviews), StatusCode::kInvalidArgument,
                "INVALID_PAGE_TOKEN");
  list.clear_schedule_id();
  token[token.size() / 2] = token[token.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& damaged :
       {token, std::string("!"), std::string("한글"), std::string(1000, 'A')}) {
    list.set_page_token(damaged);
    ExpectRefused(Kim().Call(kListCommunications, list), StatusCode::kInvalidArgument,
                  "INVALID_PAGE_TOKEN");
  }
}

TEST_F(BadInputTest, ADamagedPosition) {
  for (const std::string& position :
       {std::string("!"), std::string("AAAA"), std::string(4000, 'x')}) {
    viewpage::GetScheduleViewRequest request;
    request.set_schedule_id(course_id());
    request.set_position(position);
    ExpectRefused(Kim().Call(kGetScheduleView, request), StatusCode::kInvalidArgument,
                  "INVALID_POSITION");
    request.clear_position();
    CallOptions options;
    options.position = position;
    ExpectRefused(Kim().Call(kGetScheduleView, request, options), StatusCode::kInvalidArgument,
                  "INVALID_POSITION");
  }
}

TEST_F(BadInputTest, ARequestIdThatIsNoUuid) {
  communication::RegisterRequest request = GoodComment();
  request.set_request_id("1234");
  ExpectField(Kim().Call(kRegister, request), "request_id");
}

TEST_F(BadInputTest, AnUpdateMaskThatIsEmptyOrNamesAnotherField) {
  schedule::ModifyScheduleRequest request;
  request.mutable_schedule()->set_id(course_id());
  request.mutable_schedule()->set_title("새 이름");
  ExpectField(Mina().Call(kModifySchedule, request), "update_mask");
  request.mutable_update_mask();
  ExpectField(Mina().Call(kModifySchedule, request), "update_mask");
  for (const char* path : {"uploader_id", "comment_count", "없는_필드"}) {
    request.mutable_update_mask()->clear_paths();
    request.mutable_update_mask()->add_paths(path);
    ExpectField(Mina().Call(kModifySchedule, request), "update_mask");
  }
}

TEST_F(BadInputTest, AMessageAboveTheSizeLimit) {
  communication::RegisterRequest request = GoodComment();
  request.set_comment_text(std::string(2 << 20, 'x'));
  const auto refused = Kim().Call(kRegister, request);
  EXPECT_EQ(refused.code, StatusCode::kResourceExhausted) << refused;
}

TEST_F(BadInputTest, AnUnknownMethod) {
  const std::string token = Kim().token();
  ExpectRefused(
      Raw(kCommunication, "/maru.datecourse.communication.v1.CommunicationService/Drop", "", token),
      StatusCode::kUnimplemented, "UNKNOWN_METHOD");
  // Another context's service is not served here.
  ExpectRefused(Raw(kCommunication, kGetSchedule.path, "", token), StatusCode::kUnimplemented,
                "UNKNOWN_METHOD");
}

// --- Who ---

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

// --- Repeats ---

TEST_F(BadInputTest, ARequestIdReusedWithOtherContent) {
  communication::RegisterRequest request = GoodComment();
  request.set_request_id(NewRequestId());
  const Actor kim = Kim();
  const auto first = kim.Call(kRegister, request);
  ASSERT_TRUE(first.ok()) << first;
  communication::DeleteCommunicationRequest remove;
  remove.set_id(first.reply.id());
  const auto removed = kim.Call(kDeleteCommunication, remove);
  ASSERT_TRUE(removed.ok()) << removed;
  // The counts have to be at rest before what is stored is compared.
  schedule::GetScheduleRequest counts;
  counts.set_id(course_id());
  counts.set_position(removed.position);
  ASSERT_TRUE(kim.Call(kGetSchedule, counts).ok());
  SetUp();

  request.set_comment_text("다른 글");
  ExpectRefused(kim.Call(kRegister, request), StatusCode::kInvalidArgument, "REQUEST_ID_REUSED");
  // The id is the caller's own: somebody else may use the same one.
  communication::RegisterRequest invalid = request;
  invalid.clear_comment_text();
  ExpectField(Actor(system(), "customer", "park").Call(kRegister, invalid), "comment_text");
}

// --- The broker ---

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
