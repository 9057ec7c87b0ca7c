// Goal: whatever request comes in, the answer names the code and the field or reason, nothing is
// stored, and every process lives on. Method: one running system; each test sends what one should
// not (bad_input_fixture.h).
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bad_input_fixture.h"

namespace maru::harness {
namespace {

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

}  // namespace
}  // namespace maru::harness
