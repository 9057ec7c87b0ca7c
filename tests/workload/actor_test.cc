// Goal: what a command did is never taken for known when it is not, and what nobody heard is found
// out rightly. Method: an Api that answers as the test says.
#include "tests/workload/actor.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>
#include <string>

#include "tests/workload/fake_api.h"
#include "tests/workload/lists.h"
#include "tests/workload/methods.h"
#include "tests/workload/settle.h"

namespace maru::workload {
namespace {

using communication::Communication;

Outcome Answer(absl::StatusCode code, const std::string& reason = "") {
  Outcome outcome;
  outcome.code = code;
  outcome.info.set_reason(reason);
  return outcome;
}

// One command whose tries are answered so, one after the other.
Insisted<Communication> InsistOn(std::deque<Outcome> answers, Patience patience = Patience()) {
  FakeApi api([&](std::string_view, const std::string&, std::string*) {
    Outcome next = answers.front();
    if (answers.size() > 1) answers.pop_front();
    return next;
  });
  const Actor actor(api, "customer", "kim");
  return api.Run(actor.Insist(kRegister, communication::RegisterRequest(), patience));
}

constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

TEST(ListTest, APageThatLeadsToItselfEndsTheList) {
  FakeApi api([](std::string_view, const std::string&, std::string* reply) {
    communication::ListCommunicationsResponse page;
    page.add_communications()->set_id("comment-1");
    page.set_next_page_token("the same");
    *reply = page.SerializeAsString();
    return Answer(kOk);
  });
  const Actor actor(api, "customer", "kim");
  EXPECT_EQ(api.Run(AllCommunications(actor)).status().code(), absl::StatusCode::kInternal);
}

TEST(ActorTest, SuccessIsCertainHoweverManyTriesGotNoAnswer) {
  const auto result =
      InsistOn({Answer(absl::StatusCode::kDeadlineExceeded), Answer(kUnavailable), Answer(kOk)});
  EXPECT_TRUE(result.ok());
  EXPECT_FALSE(result.uncertain);
}

TEST(ActorTest, ARefusalIsAnOutcomeUnlessATryMayStillArrive) {
  const Outcome refused = Answer(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS");
  EXPECT_FALSE(InsistOn({refused}).uncertain);
  const Outcome shed = Answer(absl::StatusCode::kResourceExhausted, "OVERLOADED");
  EXPECT_FALSE(InsistOn({shed, refused}).uncertain);
  EXPECT_TRUE(InsistOn({Answer(kUnavailable), refused}).uncertain);
}

TEST(ActorTest, WhatSurelyDidNothingIsGivenUpEarlyAndIsCertain) {
  const auto result = InsistOn({Answer(kUnavailable, "CALLEE_UNAVAILABLE")});
  EXPECT_EQ(result.reason(), "CALLEE_UNAVAILABLE");
  EXPECT_FALSE(result.uncertain);
}

TEST(ActorTest, PatienceEnds) {
  const auto result = InsistOn({Answer(kUnavailable)}, {.within = absl::Seconds(5)});
  EXPECT_EQ(result.code, kUnavailable);
  EXPECT_TRUE(result.uncertain);
}

TEST(ActorTest, RequestIdsAreUuids) {
  FakeApi api(nullptr);
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = NewRequestId(api.random());
    EXPECT_EQ(id.size(), 36u) << id;
    EXPECT_EQ(id[14], '4') << id;
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
    EXPECT_TRUE(ids.insert(id).second) << id;
  }
}

class SettleTest : public testing::Test {
 protected:
  static Communication Comment(const std::string& id, const std::string& text) {
    Communication row;
    row.set_id(id);
    row.set_schedule_id("course");
    row.set_customer_id("kim");
    row.set_kind(Communication::KIND_COMMENT);
    row.set_comment_text(text);
    row.set_active(true);
    return row;
  }

  // Settles the ledger against `stored_`.
  void Settle() {
    FakeApi api([this](std::string_view path, const std::string& request, std::string* reply) {
      if (path == kGetCommunication.path) {
        communication::GetCommunicationRequest get;
        EXPECT_TRUE(get.ParseFromString(request));
        if (stored_.count(get.id()) == 0) return Answer(absl::StatusCode::kNotFound, "NOT_FOUND");
        *reply = stored_[get.id()].SerializeAsString();
      } else {
        communication::ListCommunicationsResponse list;
        for (const auto& [id, row] : stored_) {
          if (row.active()) *list.add_communications() = row;
        }
        *reply = list.SerializeAsString();
      }
      return Answer(kOk);
    });
    const Actor admin(api, "admin", "root");
    EXPECT_TRUE(api.Run(workload::Settle(admin, ledger_)).ok());
  }

  const Book<Communication>& book() { return ledger_.communications(); }

  Ledger ledger_;
  std::map<std::string, Communication> stored_;
};

TEST_F(SettleTest, ACreationThatNobodyHeardOfHappenedOrNot) {
  ledger_.PerhapsRegistered(Comment("", "하나"));
  ledger_.PerhapsRegistered(Comment("", "둘"));
  stored_["a"] = Comment("a", "하나");
  stored_["b"] = Comment("b", "남의 글");
  Settle();
  EXPECT_EQ(book().rows.count("a"), 1u);
  EXPECT_EQ(book().rows.count("b"), 0u) << "left for the checkers";
  EXPECT_EQ(book().changes.at("a").size(), 1u);
}

TEST_F(SettleTest, OneCreationExplainsOneRow) {
  ledger_.PerhapsRegistered(Comment("", "하나"));
  stored_["a"] = Comment("a", "하나");
  stored_["b"] = Comment("b", "하나");
  Settle();
  EXPECT_EQ(book().rows.size(), 1u);
}

TEST_F(SettleTest, AChangeHappenedOrNot) {
  for (const char* id : {"a", "b", "c"}) {
    ledger_.Registered(Comment(id, "전"));
    ledger_.PerhapsChanged(Comment(id, "후"));
  }
  stored_["a"] = Comment("a", "후");
  stored_["b"] = Comment("b", "전");
  stored_["c"] = Comment("c", "다른 글");
  Settle();
  EXPECT_EQ(book().rows.at("a").comment_text(), "후");
  EXPECT_EQ(book().changes.at("a").size(), 2u);
  EXPECT_EQ(book().rows.at("b").comment_text(), "전");
  EXPECT_EQ(book().changes.at("b").size(), 1u);
  EXPECT_EQ(book().rows.at("c").comment_text(), "전") << "left for the checkers";
}

TEST_F(SettleTest, OfTwoTextsThatRacedEitherMayBeLast) {
  ledger_.Registered(Comment("a", "전"));
  for (const char* text : {"하나", "둘"}) {
    ledger_.Modified(Comment("a", text));
    ledger_.Raced(Comment("a", text));
  }
  stored_["a"] = Comment("a", "하나");
  Settle();
  EXPECT_EQ(book().rows.at("a").comment_text(), "하나");
  EXPECT_EQ(book().changes.at("a").size(), 3u) << "both were published";
}

}  // namespace
}  // namespace maru::workload
