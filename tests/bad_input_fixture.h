// The base of the tests of bad input: one running system for all of them; after each test,
// everything that is stored is compared with before.
#ifndef MARU_TESTS_BAD_INPUT_FIXTURE_H_
#define MARU_TESTS_BAD_INPUT_FIXTURE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/identity/es256.h"
#include "common/rpc/identity/jwt.h"
#include "common/rpc/identity/key_files.h"
#include "tests/harness/actor.h"
#include "tests/harness/checkers.h"
#include "tests/harness/system.h"

namespace maru::harness {

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

inline Stored StoredIn(System& system) {
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

  inline static Suite* suite_ = nullptr;
  Stored stored_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_BAD_INPUT_FIXTURE_H_
