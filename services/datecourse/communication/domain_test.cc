// Goal: every rule that domain.md (section 1) has for comments, bookmarks and likes.
// Method: state + command in, state + event or reason out; no server, no store.
#include "services/datecourse/communication/domain.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::datecourse::communication {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

using Row = disk::Communication;
using options::v1::ROLE_ADMIN;
using options::v1::ROLE_CUSTOMER;
using options::v1::ROLE_HOST;

Row RowOf(Row::Kind kind, bool active = true) {
  auto row = Proto<Row>(R"pb(
    id: "c1"
    schedule_id: "s1"
    customer_id: "minsu"
    create_time { seconds: 100 }
    update_time { seconds: 100 }
  )pb");
  row.set_kind(kind);
  row.set_active(active);
  if (kind == Row::KIND_COMMENT) row.set_comment_text("좋아요!");
  return row;
}

rpc::Identity Actor(std::string subject, rpc::Role role) {
  return {.subject = std::move(subject), .roles = {role}, .store_ids = {}};
}

constexpr char kComment[] = R"pb(schedule_id: "s1" kind: KIND_COMMENT comment_text: "좋아요!")pb";
constexpr char kBookmark[] = R"pb(schedule_id: "s1" kind: KIND_BOOKMARK)pb";
constexpr char kLike[] = R"pb(schedule_id: "s1" kind: KIND_LIKE)pb";
constexpr char kAbout[] = R"pb(communication_id: "c1" schedule_id: "s1" customer_id: "minsu")pb";
constexpr char kAboutWithText[] =
    R"pb(communication_id: "c1" schedule_id: "s1" customer_id: "minsu" comment_text: "좋아요!")pb";

// The event of type E that a command made.
template <class E>
E EventOf(const absl::StatusOr<Change>& change) {
  MARU_CHECK(change.ok());
  MARU_CHECK(std::holds_alternative<E>(change->event));
  return std::get<E>(change->event);
}

TEST(CommunicationDomainTest, RegisterTellsWhatWasLeft) {
  const auto comment = Register(Proto<v1::RegisterRequest>(kComment), {}, "minsu", kNow, "c1");
  EXPECT_THAT(EventOf<v1::CommentRegistered>(comment), IsProto(kAboutWithText));
  EXPECT_THAT(comment->row, IsProto(R"pb(
                id: "c1"
                schedule_id: "s1"
                customer_id: "minsu"
                kind: KIND_COMMENT
                comment_text: "좋아요!"
                active: true
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  const auto bookmark = Register(Proto<v1::RegisterRequest>(kBookmark), {}, "minsu", kNow, "c1");
  EXPECT_THAT(EventOf<v1::BookmarkRegistered>(bookmark), IsProto(kAbout));
  EXPECT_EQ(bookmark->row.kind(), Row::KIND_BOOKMARK);
  const auto like = Register(Proto<v1::RegisterRequest>(kLike), {}, "minsu", kNow, "c1");
  EXPECT_THAT(EventOf<v1::LikeRegistered>(like), IsProto(kAbout));
  EXPECT_EQ(like->row.kind(), Row::KIND_LIKE);
}

TEST(CommunicationDomainTest, OneActiveBookmarkAndLikeACustomerAndScheduleButAnyNumberOfComments) {
  const Surroundings taken = {.schedule_deleted = false, .active_id = "c0"};
  for (const char* request : {kBookmark, kLike}) {
    const auto result = Register(Proto<v1::RegisterRequest>(request), taken, "minsu", kNow, "c1");
    EXPECT_EQ(result.status().code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(rpc::ReasonOf(result.status()), "ALREADY_EXISTS");
    EXPECT_EQ(rpc::ErrorInfoOf(result.status())->metadata().at("communication_id"), "c0");
  }
  EXPECT_TRUE(Register(Proto<v1::RegisterRequest>(kComment), taken, "minsu", kNow, "c1").ok());
  EXPECT_FALSE(IsUnique(Row::KIND_COMMENT));
}

TEST(CommunicationDomainTest, NothingNewOnADeletedSchedule) {
  const Surroundings deleted = {.schedule_deleted = true, .active_id = std::nullopt};
  for (const char* request : {kComment, kBookmark, kLike}) {
    const auto result = Register(Proto<v1::RegisterRequest>(request), deleted, "minsu", kNow, "c1");
    EXPECT_EQ(rpc::ReasonOf(result.status()), "NOT_FOUND");
  }
}

TEST(CommunicationDomainTest, CommentsHaveATextAndNothingElseHas) {
  for (const char* request :
       {R"pb(schedule_id: "s1" kind: KIND_COMMENT)pb", R"pb(schedule_id: "s1"
                                                            kind: KIND_LIKE
                                                            comment_text: "좋아요!")pb",
        R"pb(schedule_id: "s1" kind: KIND_BOOKMARK comment_text: "나중에")pb"}) {
    const auto result = Register(Proto<v1::RegisterRequest>(request), {}, "minsu", kNow, "c1");
    ASSERT_EQ(rpc::ReasonOf(result.status()), "INVALID_FIELD") << request;
    EXPECT_EQ(rpc::BadRequestOf(result.status())->field_violations(0).field(), "comment_text");
  }
}

TEST(CommunicationDomainTest, ModifyCommentChangesTheText) {
  const auto request =
      Proto<v1::ModifyCommentRequest>(R"pb(communication { id: "c1" comment_text: "정말 좋아요" }
                                           update_mask { paths: "comment_text" })pb");
  const auto result = ModifyComment(RowOf(Row::KIND_COMMENT), request, "minsu", kNow);
  EXPECT_THAT(EventOf<v1::CommentModified>(result), IsProto(R"pb(
                communication_id: "c1"
                schedule_id: "s1"
                customer_id: "minsu"
                comment_text: "정말 좋아요"
              )pb"));
  EXPECT_EQ(result->row.comment_text(), "정말 좋아요");
  EXPECT_EQ(result->row.update_time().seconds(), 1700000000);
  EXPECT_EQ(result->row.create_time().seconds(), 100);
}

TEST(CommunicationDomainTest, ModifyCommentToTheSameTextTellsNobody) {
  const auto request =
      Proto<v1::ModifyCommentRequest>(R"pb(communication { id: "c1" comment_text: "좋아요!" }
                                           update_mask { paths: "comment_text" })pb");
  const auto result = ModifyComment(RowOf(Row::KIND_COMMENT), request, "minsu", kNow);
  EventOf<std::monostate>(result);
  EXPECT_THAT(result->row, IsProto(RowOf(Row::KIND_COMMENT).DebugString()));
}

TEST(CommunicationDomainTest, ModifyCommentIsRefused) {
  struct Case {
    std::string name;
    std::optional<Row> row;
    std::string customer;
    std::string request;
    std::string want_reason;
  };
  const std::string text = R"pb(communication { id: "c1" comment_text: "x" }
                                update_mask { paths: "comment_text" })pb";
  const std::vector<Case> cases = {
      {"unknown", std::nullopt, "minsu", text, "NOT_FOUND"},
      {"somebody else's", RowOf(Row::KIND_COMMENT), "yuna", text, "NOT_FOUND"},
      {"somebody else's bookmark", RowOf(Row::KIND_BOOKMARK), "yuna", text, "NOT_FOUND"},
      {"a bookmark", RowOf(Row::KIND_BOOKMARK), "minsu", text, "NOT_A_COMMENT"},
      {"a like", RowOf(Row::KIND_LIKE), "minsu", text, "NOT_A_COMMENT"},
      {"deleted", RowOf(Row::KIND_COMMENT, false), "minsu", text, "COMMENT_DELETED"},
      {"empty mask", RowOf(Row::KIND_COMMENT), "minsu",
       R"pb(communication { id: "c1" comment_text: "x" }
            update_mask {})pb",
       "INVALID_FIELD"},
      {"another field", RowOf(Row::KIND_COMMENT), "minsu",
       R"pb(communication { id: "c1" comment_text: "x" }
            update_mask { paths: "kind" })pb",
       "INVALID_FIELD"},
      {"empty text", RowOf(Row::KIND_COMMENT), "minsu",
       R"pb(communication { id: "c1" }
            update_mask { paths: "comment_text" })pb",
       "INVALID_FIELD"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto result =
        ModifyComment(c.row, Proto<v1::ModifyCommentRequest>(c.request), c.customer, kNow);
    EXPECT_EQ(rpc::ReasonOf(result.status()), c.want_reason) << result.status();
  }
}

TEST(CommunicationDomainTest, DeleteKeepsTheRowAndTellsWhatWasTakenBack) {
  const auto comment = Delete(RowOf(Row::KIND_COMMENT), "c1", "minsu", kNow);
  EXPECT_THAT(EventOf<v1::CommentDeleted>(comment), IsProto(kAbout));
  auto want = RowOf(Row::KIND_COMMENT, false);
  want.mutable_update_time()->set_seconds(1700000000);
  EXPECT_THAT(comment->row, IsProto(want.DebugString()));
  EXPECT_THAT(EventOf<v1::BookmarkCanceled>(Delete(RowOf(Row::KIND_BOOKMARK), "c1", "minsu", kNow)),
              IsProto(kAbout));
  EXPECT_THAT(EventOf<v1::LikeCanceled>(Delete(RowOf(Row::KIND_LIKE), "c1", "minsu", kNow)),
              IsProto(kAbout));
}

TEST(CommunicationDomainTest, RepeatedDeleteReturnsTheSameAndTellsNobody) {
  for (const Row::Kind kind : {Row::KIND_COMMENT, Row::KIND_BOOKMARK, Row::KIND_LIKE}) {
    const auto result = Delete(RowOf(kind, false), "c1", "minsu", kNow);
    EventOf<std::monostate>(result);
    EXPECT_THAT(result->row, IsProto(RowOf(kind, false).DebugString()));
  }
}

TEST(CommunicationDomainTest, DeleteOfSomebodyElsesIsNotFound) {
  EXPECT_EQ(rpc::ReasonOf(Delete(std::nullopt, "c1", "minsu", kNow).status()), "NOT_FOUND");
  for (const bool active : {true, false}) {
    EXPECT_EQ(rpc::ReasonOf(Delete(RowOf(Row::KIND_LIKE, active), "c1", "yuna", kNow).status()),
              "NOT_FOUND");
  }
}

TEST(CommunicationDomainTest, CommentsArePublicBookmarksAndLikesAreOnesOwn) {
  const rpc::Identity self = Actor("minsu", ROLE_CUSTOMER);
  const rpc::Identity other = Actor("yuna", ROLE_HOST);
  const rpc::Identity admin = Actor("root", ROLE_ADMIN);
  EXPECT_TRUE(MayRead(RowOf(Row::KIND_COMMENT), other));
  for (const Row::Kind kind : {Row::KIND_BOOKMARK, Row::KIND_LIKE}) {
    EXPECT_TRUE(MayRead(RowOf(kind), self));
    EXPECT_TRUE(MayRead(RowOf(kind), admin));
    EXPECT_FALSE(MayRead(RowOf(kind), other));
  }
}

TEST(CommunicationDomainTest, TextOfADeletedCommentIsForItsWriterAndAdminOnly) {
  const Row deleted = RowOf(Row::KIND_COMMENT, false);
  EXPECT_EQ(Show(RowOf(Row::KIND_COMMENT), Actor("yuna", ROLE_CUSTOMER)).comment_text(), "좋아요!");
  EXPECT_EQ(Show(deleted, Actor("yuna", ROLE_CUSTOMER)).comment_text(), "");
  EXPECT_EQ(Show(deleted, Actor("minsu", ROLE_CUSTOMER)).comment_text(), "좋아요!");
  EXPECT_EQ(Show(deleted, Actor("root", ROLE_ADMIN)).comment_text(), "좋아요!");
}

TEST(CommunicationDomainTest, ShowsEveryField) {
  const std::string all = R"pb(
    id: "c1"
    schedule_id: "s1"
    customer_id: "minsu"
    kind: KIND_COMMENT
    comment_text: "좋아요!"
    active: true
    create_time { seconds: 5 }
    update_time { seconds: 6 }
  )pb";
  EXPECT_THAT(Show(Proto<Row>(all), Actor("yuna", ROLE_CUSTOMER)), IsProto(all));
}

TEST(CommunicationDomainTest, KindsAreTheSameOnDiskAndInTheApi) {
  for (const Row::Kind kind : {Row::KIND_COMMENT, Row::KIND_BOOKMARK, Row::KIND_LIKE}) {
    EXPECT_EQ(v1::Communication::Kind_Name(ToApi(kind)), Row::Kind_Name(kind));
    EXPECT_EQ(ToDisk(ToApi(kind)), kind);
  }
}

}  // namespace
}  // namespace maru::datecourse::communication
