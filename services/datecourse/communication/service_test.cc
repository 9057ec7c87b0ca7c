// Goal: commands, queries and policies of communication keep what the rules decide, whole, and tell
// it. Method: handlers and policies over a store in memory, without a transport.
#include "services/datecourse/communication/service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/datecourse/schedule/v1/events.maru.h"
#include "services/datecourse/communication/policies.h"
#include "services/testing/test_context.h"

namespace maru::datecourse::communication {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;
using Ids = std::vector<std::string>;

class CommunicationServiceTest : public ::testing::Test {
 protected:
  CommunicationServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("datecourse", policies));
  }

  absl::StatusOr<v1::Communication> Register(std::string_view who, const std::string& schedule_id,
                                             v1::Communication::Kind kind,
                                             const std::string& text = "") {
    v1::RegisterRequest request;
    request.set_schedule_id(schedule_id);
    request.set_kind(kind);
    request.set_comment_text(text);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.Register(call, request));
  }
  std::string Comment(std::string_view who, const std::string& schedule_id) {
    return Register(who, schedule_id, v1::Communication::KIND_COMMENT, "여기 정말 좋아요!")->id();
  }
  std::string Bookmark(std::string_view who, const std::string& schedule_id) {
    return Register(who, schedule_id, v1::Communication::KIND_BOOKMARK)->id();
  }
  std::string Like(std::string_view who, const std::string& schedule_id) {
    return Register(who, schedule_id, v1::Communication::KIND_LIKE)->id();
  }
  absl::StatusOr<v1::Communication> Delete(std::string_view who, const std::string& id) {
    v1::DeleteCommunicationRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.DeleteCommunication(call, request));
  }
  absl::StatusOr<v1::Communication> Get(std::string_view who, const std::string& id) {
    v1::GetCommunicationRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetCommunication(call, request));
  }
  absl::StatusOr<v1::ListCommunicationsResponse> ListPage(std::string_view who,
                                                          const std::string& text) {
    const auto request = Proto<v1::ListCommunicationsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.ListCommunications(call, request));
  }
  // All pages; `filter` without page_token.
  Ids List(std::string_view who, const std::string& filter) {
    Ids ids;
    std::string token;
    do {
      const auto page = ListPage(who, absl::StrCat(filter, " page_token: '", token, "'"));
      MARU_CHECK(page.ok());
      for (const v1::Communication& row : page->communications()) ids.push_back(row.id());
      MARU_CHECK(ids.size() < 100);  // else the pages go in circles
      token = page->next_page_token();
    } while (!token.empty());
    return ids;
  }
  void HearScheduleDeleted(const std::string& schedule_id) {
    schedule::v1::ScheduleDeleted event;
    event.set_schedule_id(schedule_id);
    MARU_CHECK(context_.Hear(Enveloped("datecourse.schedule", "e1", event)).ok());
  }
  Ids EmittedTypes() {
    Ids types;
    for (const event::v1::Event& event : context_.Emitted()) {
      types.push_back(event.type().substr(event.type().rfind('.') + 1));
      EXPECT_EQ(event.key(), event.correlation_id());
    }
    return types;
  }

  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "datecourse", "communication"};
  CommunicationService service_{context_.store()};
};

TEST_F(CommunicationServiceTest, WhatIsLeftAndTakenBackIsTold) {
  const std::string comment = Comment("customer:kim", "s1");
  const std::string bookmark = Bookmark("customer:kim", "s1");
  const std::string like = Like("customer:kim", "s1");
  EXPECT_EQ(EmittedTypes(), (Ids{"CommentRegistered", "BookmarkRegistered", "LikeRegistered"}));
  for (const std::string& id : {comment, bookmark, like}) {
    const auto row = Delete("customer:kim", id);
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_FALSE(row->active());
  }
  EXPECT_EQ(EmittedTypes(), (Ids{"CommentDeleted", "BookmarkCanceled", "LikeCanceled"}));
}

TEST_F(CommunicationServiceTest,
       OneActiveBookmarkAndLikeACustomerAndScheduleAllowedAgainAfterACancel) {
  for (const auto kind : {v1::Communication::KIND_BOOKMARK, v1::Communication::KIND_LIKE}) {
    const std::string first = Register("customer:kim", "s1", kind)->id();
    const auto second = Register("customer:kim", "s1", kind);
    EXPECT_EQ(ReasonOf(second.status()), "ALREADY_EXISTS");
    EXPECT_EQ(rpc::ErrorInfoOf(second.status())->metadata().at("communication_id"), first);
    EXPECT_TRUE(Register("customer:lee", "s1", kind).ok());
    EXPECT_TRUE(Register("customer:kim", "s2", kind).ok());
    ASSERT_TRUE(Delete("customer:kim", first).ok());
    EXPECT_TRUE(Register("customer:kim", "s1", kind).ok());
    // Repeating the old cancel leaves the new one alone.
    EXPECT_FALSE(Delete("customer:kim", first)->active());
    EXPECT_EQ(ReasonOf(Register("customer:kim", "s1", kind).status()), "ALREADY_EXISTS");
  }
  EXPECT_NE(Comment("customer:kim", "s1"), Comment("customer:kim", "s1"));
}

TEST_F(CommunicationServiceTest, AnUnknownScheduleIsAcceptedForScheduleMayBeDown) {
  for (const auto kind : {v1::Communication::KIND_BOOKMARK, v1::Communication::KIND_LIKE}) {
    EXPECT_TRUE(Register("customer:kim", "never heard of", kind).ok());
  }
  EXPECT_EQ(List("customer:kim", "schedule_id: 'never heard of'").size(), 2);
}

TEST_F(CommunicationServiceTest, NothingNewOnADeletedScheduleButRemovingStaysAllowed) {
  const std::string like = Like("customer:kim", "s1");
  HearScheduleDeleted("s1");
  EXPECT_EQ(
      ReasonOf(Register("customer:kim", "s1", v1::Communication::KIND_COMMENT, "글").status()),
      "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Register("customer:lee", "s1", v1::Communication::KIND_LIKE).status()),
            "NOT_FOUND");
  EXPECT_TRUE(Delete("customer:kim", like).ok());
  EXPECT_TRUE(Register("customer:kim", "s2", v1::Communication::KIND_LIKE).ok());
}

TEST_F(CommunicationServiceTest, ModifyCommentIsKeptAndTold) {
  const std::string id = Comment("customer:kim", "s1");
  EmittedTypes();
  v1::ModifyCommentRequest request;
  request.mutable_communication()->set_id(id);
  request.mutable_communication()->set_comment_text("다시 와도 좋아요");
  request.mutable_update_mask()->add_paths("comment_text");
  const rpc::CallContext call = CallBy("customer:kim");
  ASSERT_TRUE(context_.Run(service_.ModifyComment(call, request)).ok());
  EXPECT_EQ(Get("customer:lee", id)->comment_text(), "다시 와도 좋아요");
  EXPECT_EQ(EmittedTypes(), Ids{"CommentModified"});
  const rpc::CallContext other = CallBy("customer:lee");
  EXPECT_EQ(ReasonOf(context_.Run(service_.ModifyComment(other, request)).status()), "NOT_FOUND");
}

TEST_F(CommunicationServiceTest, RepeatedDeleteReturnsTheSameAndTellsOnce) {
  const std::string id = Bookmark("customer:kim", "s1");
  const auto first = Delete("customer:kim", id);
  EmittedTypes();
  const auto second = Delete("customer:kim", id);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(*second, IsProto(first->DebugString()));
  EXPECT_EQ(EmittedTypes(), Ids{});
  EXPECT_EQ(ReasonOf(Delete("customer:lee", id).status()), "NOT_FOUND");
}

TEST_F(CommunicationServiceTest, DeletedIsStillReadByItsId) {
  const std::string id = Comment("customer:kim", "s1");
  ASSERT_TRUE(Delete("customer:kim", id).ok());
  EXPECT_FALSE(Get("customer:kim", id)->active());
  EXPECT_EQ(Get("customer:kim", id)->comment_text(), "여기 정말 좋아요!");
  EXPECT_FALSE(Get("customer:lee", id)->active());
  EXPECT_EQ(Get("customer:lee", id)->comment_text(), "");
}

TEST_F(CommunicationServiceTest, SomebodyElsesBookmarkOrLikeIsNotFound) {
  for (const std::string& id : {Bookmark("customer:kim", "s1"), Like("customer:kim", "s1")}) {
    EXPECT_TRUE(Get("customer:kim", id).ok());
    EXPECT_TRUE(Get("admin:root", id).ok());
    EXPECT_EQ(ReasonOf(Get("customer:lee", id).status()), "NOT_FOUND");
    EXPECT_EQ(ReasonOf(Get("host:mina", id).status()), "NOT_FOUND");
  }
}

// What everybody sees under every filter, with pages of every size.
TEST_F(CommunicationServiceTest, ListsShowWhatTheCallerMaySeeNewestFirst) {
  const std::string comment_1 = Comment("customer:kim", "s1");
  const std::string bookmark = Bookmark("customer:kim", "s1");
  const std::string comment_2 = Comment("customer:lee", "s1");
  const std::string like = Like("customer:kim", "s1");
  const std::string comment_3 = Comment("customer:kim", "s2");
  const std::string like_2 = Like("customer:kim", "s2");
  const std::string lees = Like("customer:lee", "s1");
  Delete("customer:kim", Comment("customer:kim", "s1")).IgnoreError();
  Delete("customer:kim", Bookmark("customer:kim", "s2")).IgnoreError();

  struct Case {
    std::string who;
    std::string filter;
    Ids want;
  };
  const std::vector<Case> cases = {
      {"customer:kim", "", {like_2, comment_3, like, comment_2, bookmark, comment_1}},
      {"customer:lee", "", {lees, comment_3, comment_2, comment_1}},
      {"host:mina", "", {comment_3, comment_2, comment_1}},
      {"admin:root", "", {lees, like_2, comment_3, like, comment_2, bookmark, comment_1}},
      {"customer:kim", "kind: KIND_COMMENT", {comment_3, comment_2, comment_1}},
      {"customer:kim", "kind: KIND_LIKE", {like_2, like}},
      {"customer:kim", "kind: KIND_BOOKMARK", {bookmark}},
      {"host:mina", "kind: KIND_LIKE", {}},
      {"admin:root", "kind: KIND_LIKE", {lees, like_2, like}},
      {"customer:kim", "schedule_id: 's1'", {like, comment_2, bookmark, comment_1}},
      {"customer:lee", "schedule_id: 's1'", {lees, comment_2, comment_1}},
      {"admin:root", "schedule_id: 's1'", {lees, like, comment_2, bookmark, comment_1}},
      {"customer:lee", "schedule_id: 's1' kind: KIND_COMMENT", {comment_2, comment_1}},
      {"customer:kim", "schedule_id: 's1' kind: KIND_LIKE", {like}},
      {"customer:lee", "schedule_id: 's1' kind: KIND_BOOKMARK", {}},
      {"admin:root", "schedule_id: 's1' kind: KIND_LIKE", {lees, like}},
      {"admin:root", "schedule_id: 's2' kind: KIND_COMMENT", {comment_3}},
      {"customer:kim", "schedule_id: 'no such schedule'", {}},
  };
  for (const Case& c : cases) {
    for (const int size : {0, 1, 2, 3, 100}) {
      SCOPED_TRACE(c.who + ", " + c.filter + ", page_size " + std::to_string(size));
      EXPECT_EQ(List(c.who, c.filter + " page_size: " + std::to_string(size)), c.want);
    }
  }
}

TEST_F(CommunicationServiceTest, TokenOfAnotherListIsRefused) {
  Comment("customer:kim", "s1");
  Comment("customer:kim", "s1");
  const std::string token =
      ListPage("customer:kim", "page_size: 1 schedule_id: 's1'")->next_page_token();
  ASSERT_FALSE(token.empty());
  for (const std::string filter :
       {"", "schedule_id: 's2'", "kind: KIND_LIKE", "schedule_id: 's1' kind: KIND_COMMENT"}) {
    const auto page = ListPage("customer:kim", absl::StrCat(filter, " page_token: '", token, "'"));
    EXPECT_EQ(ReasonOf(page.status()), "INVALID_PAGE_TOKEN") << filter;
  }
}

}  // namespace
}  // namespace maru::datecourse::communication
