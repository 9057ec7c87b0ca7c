// Goal: with grpcurl and nothing else, a person finds every service of every server, reads its
// contract, and calls each of its methods; reflection answers in both of its versions. Method: a
// running system; the lists are compared with the contracts that are linked here; every method is
// called with what stands in the table below, so that a method without an entry fails the test.
// Exits with 77 (skipped) without grpcurl.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/harness/actor.h"
#include "tests/harness/fixture.h"

namespace maru::harness {
namespace {

constexpr int kSkipped = 77;
// grpcurl exits with this plus the gRPC code when a call fails.
constexpr int kCallFailed = 64;

// The pinned one of this checkout, else the one on the PATH.
std::optional<std::string> Grpcurl() {
  std::vector<std::string> folders = {absl::StrCat(SourceFolder(), "/.maru/tools/bin")};
  const char* path = std::getenv("PATH");
  for (const auto folder : absl::StrSplit(path == nullptr ? "" : path, ':'))
    folders.emplace_back(folder);
  for (const std::string& folder : folders) {
    std::string program = absl::StrCat(folder, "/grpcurl");
    if (access(program.c_str(), X_OK) == 0) return program;
  }
  return std::nullopt;
}

// How one method is called, and what must come back.
struct Entry {
  // Whose token goes along; empty: none.
  std::string role;
  // $COURSE, $COMMENT, $REVIEW, $MESSAGE stand for ids of rows that are there.
  std::string json;
  // The gRPC code.
  absl::StatusCode want = absl::StatusCode::kOk;
};

constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
// A stream that goes on until grpcurl has had enough.
constexpr auto kForever = absl::StatusCode::kDeadlineExceeded;

// In this order, as later calls need what earlier ones left.
using Table = std::vector<std::pair<std::string, Entry>>;

Table StandardMethods() {
  return {
      {"grpc.health.v1.Health/Check", {"", "{}", kOk}},
      {"grpc.health.v1.Health/Watch", {"", "{}", kForever}},
      {"grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
       {"", R"({"list_services": ""})", kOk}},
      {"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
       {"", R"({"list_services": ""})", kOk}},
  };
}

Table AdminMethods(bool has_view) {
  const std::string parked = R"({"name": "policies@0/datecourse.schedule/0/1/k"})";
  const std::string edit = R"({"name": "policies@0/datecourse.schedule/0/1/k", "data_json": "{}"})";
  const std::string gap =
      R"({"subscription": "policies", "topic": "datecourse.schedule", "partition": 1})";
  return {
      {"maru.admin.v1.AdminService/GetStatus", {"admin", "{}", kOk}},
      {"maru.admin.v1.AdminService/ListParkedEvents", {"admin", "{}", kOk}},
      {"maru.admin.v1.AdminService/GetParkedEvent", {"admin", parked, kNotFound}},
      {"maru.admin.v1.AdminService/EditParkedEvent", {"admin", edit, kNotFound}},
      {"maru.admin.v1.AdminService/ReplayParkedEvent", {"admin", parked, kNotFound}},
      {"maru.admin.v1.AdminService/DropParkedEvent", {"admin", parked, kNotFound}},
      {"maru.admin.v1.AdminService/AcceptGap", {"admin", gap, kPrecondition}},
      {"maru.admin.v1.AdminService/RebuildView", {"admin", "{}", has_view ? kOk : kPrecondition}},
  };
}

Table ScheduleMethods() {
  const std::string service = "maru.datecourse.schedule.v1.ScheduleService/";
  return {
      {service + "RegisterSchedule",
       {"host", R"({"title": "한강 노을 산책", "review_open": true})", kOk}},
      {service + "ModifySchedule",
       {"host",
        R"({"schedule": {"id": "$COURSE", "content": "치킨과 함께"}, "update_mask": {"paths": ["content"]}})",
        kOk}},
      {service + "GetSchedule", {"customer", R"({"id": "$COURSE"})", kOk}},
      {service + "ListSchedules", {"customer", R"({"page_size": 10})", kOk}},
      {service + "CheckReviewEligibility",
       {"customer", R"({"schedule_id": "$COURSE", "customer_id": "kim"})", kDenied}},
      {service + "DeleteSchedule", {"host", R"({"id": "unknown"})", kNotFound}},
  };
}

Table CommunicationMethods() {
  const std::string service = "maru.datecourse.communication.v1.CommunicationService/";
  return {
      {service + "Register",
       {"customer",
        R"({"schedule_id": "$COURSE", "kind": "KIND_COMMENT", "comment_text": "좋아요"})", kOk}},
      {service + "ModifyComment",
       {"customer",
        R"({"communication": {"id": "$COMMENT", "comment_text": "더 좋아요"}, "update_mask": {"paths": ["comment_text"]}})",
        kOk}},
      {service + "GetCommunication", {"customer", R"({"id": "$COMMENT"})", kOk}},
      {service + "ListCommunications", {"customer", R"({"schedule_id": "$COURSE"})", kOk}},
      {service + "DeleteCommunication", {"customer", R"({"id": "$COMMENT"})", kOk}},
  };
}

Table ReviewMethods() {
  const std::string service = "maru.datecourse.review.v1.ReviewService/";
  return {
      {service + "WriteReview",
       {"customer", R"({"schedule_id": "$COURSE", "comment_text": "최고", "rating": 7})",
        kInvalid}},
      {service + "ModifyReview",
       {"customer",
        R"({"review": {"id": "$REVIEW", "rating": 4}, "update_mask": {"paths": ["rating"]}})",
        kOk}},
      {service + "GetReview", {"customer", R"({"id": "$REVIEW"})", kOk}},
      {service + "ListReviews", {"customer", R"({"schedule_id": "$COURSE"})", kOk}},
      {service + "DeleteReview", {"customer", R"({"id": "$REVIEW"})", kOk}},
  };
}

Table MessageMethods() {
  const std::string service = "maru.message.v1.MessageService/";
  return {
      {service + "ListMessages", {"host", "{}", kOk}},
      {service + "GetMessage", {"host", R"({"id": "$MESSAGE"})", kOk}},
      {service + "MarkRead", {"host", R"({"id": "$MESSAGE"})", kOk}},
  };
}

Table ViewpageMethods() {
  const std::string service = "maru.datecourse.viewpage.v1.ViewpageService/";
  return {
      {service + "GetScheduleView", {"customer", R"({"schedule_id": "$COURSE"})", kOk}},
      {service + "ListScheduleViews", {"customer", "{}", kOk}},
  };
}

Table BrokerMethods() {
  const std::string service = "maru.broker.v1.BrokerService/";
  const std::string admin = "maru.broker.v1.BrokerAdminService/";
  return {
      {service + "Publish", {"admin", R"({"open": {"topic": "datecourse.schedule"}})", kDenied}},
      {service + "Subscribe",
       {"admin", R"({"join": {"group": "datecourse-review/policies"}})", kDenied}},
      {admin + "ListTopics", {"admin", "{}", kOk}},
      {admin + "GetTopic", {"admin", R"({"name": "datecourse.schedule"})", kOk}},
      {admin + "CreateTopic", {"admin", R"({"name": "datecourse.later"})", kOk}},
      {admin + "SetRetention",
       {"admin", R"({"name": "datecourse.later", "retention": {"max_age": "86400s"}})", kOk}},
      {admin + "DeleteTopic",
       {"admin", R"({"name": "datecourse.later", "log_id": "00000000000000000000000000000000"})",
        kPrecondition}},
      {admin + "ListGroups", {"admin", "{}", kOk}},
      {admin + "ResetGroup", {"admin", R"({"name": "datecourse-unknown/policies"})", kNotFound}},
      {admin + "TailTopic",
       {"admin", R"({"name": "datecourse.schedule", "offset": 0, "limit": 1})", kOk}},
      {admin + "VerifyTopic", {"admin", R"({"name": "datecourse.schedule"})", kOk}},
  };
}

Table MethodsOf(const std::string& deployment) {
  static const std::map<std::string, Table (*)()> kOwn = {
      {kBroker, BrokerMethods},
      {kSchedule, ScheduleMethods},
      {kCommunication, CommunicationMethods},
      {kReview, ReviewMethods},
      {kMessage, MessageMethods},
      {kViewpage, ViewpageMethods},
  };
  Table table = StandardMethods();
  const auto add = [&table](const Table& more) {
    table.insert(table.end(), more.begin(), more.end());
  };
  if (deployment != kBroker) add(AdminMethods(/*has_view=*/deployment == kViewpage));
  add(kOwn.at(deployment)());
  return table;
}

class GrpcurlTest : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (HasFatalFailure()) return;
    const Actor host(system(), "host", "mina");
    const Actor customer(system(), "customer", "kim");
    schedule::RegisterScheduleRequest course;
    course.set_title("성수동 카페 골목");
    course.set_review_open(true);
    const std::string course_id = host.Call(kRegisterSchedule, course).reply.id();
    communication::RegisterRequest comment;
    comment.set_schedule_id(course_id);
    comment.set_kind(communication::Communication::KIND_COMMENT);
    comment.set_comment_text("커피가 맛있어요");
    review::WriteReviewRequest review;
    review.set_schedule_id(course_id);
    review.set_comment_text("또 올게요");
    const auto written = customer.Call(kWriteReview, review);
    ASSERT_TRUE(written.ok()) << written;
    message::ListMessagesRequest messages;
    messages.set_position(written.position);
    const auto told = host.Call(kListMessages, messages);
    ASSERT_EQ(told.reply.messages_size(), 1) << told;
    ids_ = {{"$COURSE", course_id},
            {"$COMMENT", customer.Call(kRegister, comment).reply.id()},
            {"$REVIEW", written.reply.id()},
            {"$MESSAGE", told.reply.messages(0).id()}};
  }

  Ended Run(std::vector<std::string> arguments) {
    std::vector<std::string> command = {*Grpcurl(), "-plaintext"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto ended = RunToEnd(command);
    EXPECT_TRUE(ended.ok()) << ended.status();
    return ended.value_or(Ended());
  }

  Ended Call(const std::string& deployment, const std::string& method, const Entry& entry) {
    std::vector<std::string> arguments = {"-max-time", entry.want == kForever ? "1" : "10", "-d",
                                          absl::StrReplaceAll(entry.json, ids_)};
    if (!entry.role.empty()) {
      const std::string subject = entry.role == "host"       ? "mina"
                                  : entry.role == "customer" ? "kim"
                                                             : "root";
      arguments.insert(arguments.end(), {"-H", absl::StrCat("authorization: Bearer ",
                                                            system().Token(entry.role, subject))});
    }
    arguments.insert(arguments.end(), {system().address(deployment), method});
    return Run(arguments);
  }

  // "name" of every line.
  std::set<std::string> List(const std::string& deployment, const std::string& what = "") {
    std::vector<std::string> arguments = {system().address(deployment), "list"};
    if (!what.empty()) arguments.push_back(what);
    const Ended ended = Run(arguments);
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return absl::StrSplit(ended.output, '\n', absl::SkipEmpty());
  }

 private:
  std::vector<std::pair<std::string, std::string>> ids_;
};

TEST_F(GrpcurlTest, ListsDescribesAndCallsEveryMethodOfEveryServer) {
  for (const std::string& deployment : system().processes()) {
    SCOPED_TRACE(deployment);
    const Table table = MethodsOf(deployment);
    std::set<std::string> services;
    std::set<std::string> methods;
    for (const auto& [method, entry] : table) {
      services.insert(method.substr(0, method.find('/')));
      methods.insert(absl::StrReplaceAll(method, {{"/", "."}}));
    }
    EXPECT_EQ(List(deployment), services);
    std::set<std::string> listed;
    for (const std::string& service : services) {
      for (const std::string& method : List(deployment, service)) listed.insert(method);
    }
    EXPECT_EQ(listed, methods);
    for (const auto& [method, entry] : table) {
      const std::string name = absl::StrReplaceAll(method, {{"/", "."}});
      const Ended described = Run({system().address(deployment), "describe", name});
      EXPECT_EQ(described.exit_code, 0) << described.output;
      EXPECT_TRUE(absl::StrContains(described.output, "rpc ")) << described.output;
      const Ended called = Call(deployment, method, entry);
      const int code = static_cast<int>(entry.want);
      EXPECT_EQ(called.exit_code, code == 0 ? 0 : kCallFailed + code) << method << "\n"
                                                                      << called.output;
    }
  }
}

TEST_F(GrpcurlTest, DescribesTheMessagesOfAContractWithTheirFields) {
  const Ended described =
      Run({system().address(kSchedule), "describe", "maru.datecourse.schedule.v1.Schedule"});
  EXPECT_EQ(described.exit_code, 0) << described.output;
  EXPECT_TRUE(absl::StrContains(described.output, "review_open")) << described.output;
}

TEST_F(GrpcurlTest, AnErrorShowsItsReason) {
  const Entry nobody = {"", R"({"id": "$COURSE"})"};
  const Ended refused =
      Call(kSchedule, "maru.datecourse.schedule.v1.ScheduleService/GetSchedule", nobody);
  EXPECT_EQ(refused.exit_code, kCallFailed + static_cast<int>(absl::StatusCode::kUnauthenticated));
  EXPECT_TRUE(absl::StrContains(refused.output, "UNAUTHENTICATED")) << refused.output;
}

}  // namespace
}  // namespace maru::harness

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!maru::harness::Grpcurl().has_value()) {
    std::puts(
        "grpcurl is not installed: `tools/maru deps` installs it where there is a Go toolchain");
    return maru::harness::kSkipped;
  }
  return RUN_ALL_TESTS();
}
