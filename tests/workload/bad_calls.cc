#include "tests/workload/bad_calls.h"

#include <iterator>

#include "common/base/status.h"
#include "tests/workload/methods.h"

namespace maru::workload {
namespace {

using communication::Communication;

constexpr int kMaxId = 64;
constexpr int kMaxTitle = 200;
constexpr int kMaxContent = 10000;
constexpr int kMaxName = 100;
constexpr int kMaxComment = 2000;
constexpr int kMaxReview = 5000;
constexpr int kMaxPageSize = 1000;

struct About {
  const std::string& course_id;
  const std::string& own_id;
};

// `count` characters of three bytes each: limits count characters.
std::string Long(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "가";
  return text;
}

// A request as it should be, before `spoil` breaks one rule.
template <typename Request, typename Reply, typename Spoil>
BadCall Spoiled(std::string_view what, const Method<Request, Reply>& method, Request request,
                Spoil spoil, std::string_view field, Refusal refusal = kInvalidField) {
  spoil(request);
  return {what, method.deployment, method.path, request.SerializeAsString(), refusal, field};
}

communication::RegisterRequest GoodRegister(const About& about) {
  communication::RegisterRequest request;
  request.set_schedule_id(about.course_id);
  request.set_kind(Communication::KIND_COMMENT);
  request.set_comment_text("좋아요");
  return request;
}

template <typename Spoil>
BadCall Register(std::string_view what, const About& about, Spoil spoil, std::string_view field) {
  return Spoiled(what, kRegister, GoodRegister(about), spoil, field);
}

template <typename Spoil>
BadCall Modify(std::string_view what, const About& about, Spoil spoil, std::string_view field) {
  communication::ModifyCommentRequest request;
  request.mutable_communication()->set_id(about.own_id);
  request.mutable_communication()->set_comment_text("고쳤어요");
  request.mutable_update_mask()->add_paths("comment_text");
  return Spoiled(what, kModifyComment, request, spoil, field);
}

template <typename Spoil>
BadCall Write(std::string_view what, const About& about, Spoil spoil, std::string_view field) {
  review::WriteReviewRequest request;
  request.set_schedule_id(about.course_id);
  request.set_comment_text("별점이 이상해요");
  return Spoiled(what, kWriteReview, request, spoil, field);
}

template <typename Spoil>
BadCall List(std::string_view what, Spoil spoil, std::string_view field,
             Refusal refusal = kInvalidField) {
  return Spoiled(what, kListCommunications, communication::ListCommunicationsRequest(), spoil,
                 field, refusal);
}

template <typename Spoil>
BadCall View(std::string_view what, const About& about, Spoil spoil, std::string_view field,
             Refusal refusal = kInvalidField) {
  viewpage::GetScheduleViewRequest request;
  request.set_schedule_id(about.course_id);
  return Spoiled(what, kGetScheduleView, request, spoil, field, refusal);
}

template <typename Spoil>
BadCall RegisterCourse(std::string_view what, Spoil spoil, std::string_view field) {
  schedule::RegisterScheduleRequest request;
  request.set_title("북촌 한옥 골목");
  return Spoiled(what, kRegisterSchedule, request, spoil, field);
}

template <typename Spoil>
BadCall ModifyCourse(std::string_view what, const About& about, Spoil spoil,
                     std::string_view field) {
  schedule::ModifyScheduleRequest request;
  request.mutable_schedule()->set_id(about.course_id);
  request.mutable_schedule()->set_content("새 내용");
  request.mutable_update_mask()->add_paths("content");
  return Spoiled(what, kModifySchedule, request, spoil, field);
}

using Make = BadCall (*)(const About& about);

// The rules of the contracts, one by one: required, length, range, enum, UUID, mask, and what only
// the domain knows.
constexpr Make kOfCustomers[] = {
    [](const About& a) {
      return Register("no schedule", a, [](auto& r) { r.clear_schedule_id(); }, "schedule_id");
    },
    [](const About& a) {
      return Register(
          "a long schedule_id", a, [](auto& r) { r.set_schedule_id(Long(kMaxId + 1)); },
          "schedule_id");
    },
    [](const About& a) { return Register("no kind", a, [](auto& r) { r.clear_kind(); }, "kind"); },
    [](const About& a) {
      return Register(
          "an unknown kind", a, [](auto& r) { r.set_kind(static_cast<Communication::Kind>(99)); },
          "kind");
    },
    [](const About& a) {
      return Register(
          "a comment without a text", a, [](auto& r) { r.clear_comment_text(); }, "comment_text");
    },
    [](const About& a) {
      return Register(
          "a like with a text", a, [](auto& r) { r.set_kind(Communication::KIND_LIKE); },
          "comment_text");
    },
    [](const About& a) {
      return Register(
          "a long text", a, [](auto& r) { r.set_comment_text(Long(kMaxComment + 1)); },
          "comment_text");
    },
    [](const About& a) {
      return Register("no UUID", a, [](auto& r) { r.set_request_id("1234"); }, "request_id");
    },
    [](const About& a) {
      return Modify("no mask", a, [](auto& r) { r.clear_update_mask(); }, "update_mask");
    },
    [](const About& a) {
      return Modify(
          "an empty mask", a, [](auto& r) { r.mutable_update_mask()->clear_paths(); },
          "update_mask");
    },
    [](const About& a) {
      return Modify(
          "a mask of another field", a,
          [](auto& r) { r.mutable_update_mask()->add_paths("customer_id"); }, "update_mask");
    },
    [](const About& a) {
      return Modify(
          "no communication", a, [](auto& r) { r.clear_communication(); }, "communication");
    },
    [](const About& a) {
      return Modify(
          "an empty text", a, [](auto& r) { r.mutable_communication()->clear_comment_text(); },
          "communication.comment_text");
    },
    [](const About& a) {
      return Modify(
          "a long new text", a,
          [](auto& r) { r.mutable_communication()->set_comment_text(Long(kMaxComment + 1)); },
          "communication.comment_text");
    },
    [](const About&) {
      return Spoiled(
          "nothing to delete", kDeleteCommunication, communication::DeleteCommunicationRequest(),
          [](auto&) {}, "id");
    },
    [](const About&) {
      return Spoiled(
          "nothing to get", kGetCommunication, communication::GetCommunicationRequest(),
          [](auto&) {}, "id");
    },
    [](const About& a) {
      return Write("no text", a, [](auto& r) { r.clear_comment_text(); }, "comment_text");
    },
    [](const About& a) {
      return Write(
          "a long review", a, [](auto& r) { r.set_comment_text(Long(kMaxReview + 1)); },
          "comment_text");
    },
    [](const About& a) { return Write("no star", a, [](auto& r) { r.set_rating(0); }, "rating"); },
    [](const About& a) {
      return Write("six stars", a, [](auto& r) { r.set_rating(6); }, "rating");
    },
    [](const About& a) {
      return Write("minus one star", a, [](auto& r) { r.set_rating(-1); }, "rating");
    },
    [](const About& a) {
      return Write(
          "a review without schedule", a, [](auto& r) { r.clear_schedule_id(); }, "schedule_id");
    },
    [](const About&) {
      return Spoiled(
          "no review to delete", kDeleteReview, review::DeleteReviewRequest(), [](auto&) {}, "id");
    },
    [](const About&) {
      return List("a negative page", [](auto& r) { r.set_page_size(-1); }, "page_size");
    },
    [](const About&) {
      return List("a huge page", [](auto& r) { r.set_page_size(kMaxPageSize + 1); }, "page_size");
    },
    [](const About&) {
      return List(
          "a list of an unknown kind",
          [](auto& r) { r.set_kind(static_cast<Communication::Kind>(99)); }, "kind");
    },
    [](const About&) {
      return List(
          "rubbish for a page token", [](auto& r) { r.set_page_token("한글"); }, "",
          kInvalidPageToken);
    },
    [](const About& a) {
      return View("no page", a, [](auto& r) { r.clear_schedule_id(); }, "schedule_id");
    },
    [](const About& a) {
      return View(
          "rubbish for a position", a, [](auto& r) { r.set_position("AAAA"); }, "",
          kInvalidPosition);
    },
    [](const About&) {
      return Spoiled("no message", kMarkRead, message::MarkReadRequest(), [](auto&) {}, "id");
    },
    [](const About& a) {
      return Spoiled(
          "another's message", kMarkRead, message::MarkReadRequest(),
          [&a](auto& r) { r.set_id(a.course_id); }, "", kNotFound);
    },
    [](const About&) {
      return Spoiled(
          "a host's command", kRegisterSchedule, schedule::RegisterScheduleRequest(),
          [](auto& r) { r.set_title("손님이 만든 코스"); }, "", kRoleRequired);
    },
    [](const About& a) {
      return Spoiled(
          "a service's call", kCheckReviewEligibility, schedule::CheckReviewEligibilityRequest(),
          [&a](auto& r) {
            r.set_schedule_id(a.course_id);
            r.set_customer_id("kim");
          },
          "", kRoleRequired);
    },
    [](const About&) {
      return Spoiled(
          "an admin's call", GetStatusOf(kReview), admin::v1::GetStatusRequest(), [](auto&) {}, "",
          kRoleRequired);
    },
    [](const About&) {
      return Spoiled(
          "a topic to delete", kDeleteTopic, broker::v1::DeleteTopicRequest(),
          [](auto& r) {
            r.set_name("datecourse.review");
            r.set_log_id("x");
          },
          "", kRoleRequired);
    },
};

constexpr Make kOfHosts[] = {
    [](const About&) {
      return RegisterCourse("no title", [](auto& r) { r.clear_title(); }, "title");
    },
    [](const About&) {
      return RegisterCourse(
          "a long title", [](auto& r) { r.set_title(Long(kMaxTitle + 1)); }, "title");
    },
    [](const About&) {
      return RegisterCourse(
          "a long content", [](auto& r) { r.set_content(Long(kMaxContent + 1)); }, "content");
    },
    [](const About&) {
      return RegisterCourse(
          "a long name", [](auto& r) { r.set_uploader(Long(kMaxName + 1)); }, "uploader");
    },
    [](const About&) {
      return RegisterCourse(
          "no UUID for a course", [](auto& r) { r.set_request_id("123e4567"); }, "request_id");
    },
    [](const About& a) {
      return ModifyCourse(
          "an empty title", a, [](auto& r) { r.mutable_update_mask()->add_paths("title"); },
          "schedule.title");
    },
    [](const About& a) {
      return ModifyCourse(
          "a longer title", a,
          [](auto& r) { r.mutable_schedule()->set_title(Long(kMaxTitle + 1)); }, "schedule.title");
    },
    [](const About& a) {
      return ModifyCourse(
          "a mask of a count", a,
          [](auto& r) { r.mutable_update_mask()->add_paths("comment_count"); }, "update_mask");
    },
    [](const About& a) {
      return ModifyCourse(
          "a mask of nothing", a, [](auto& r) { r.mutable_update_mask()->clear_paths(); },
          "update_mask");
    },
    [](const About& a) {
      return ModifyCourse(
          "no id", a, [](auto& r) { r.mutable_schedule()->clear_id(); }, "schedule.id");
    },
    [](const About&) {
      return Spoiled(
          "no schedule to delete", kDeleteSchedule, schedule::DeleteScheduleRequest(), [](auto&) {},
          "id");
    },
    [](const About& a) {
      return Spoiled(
          "a customer's command", kRegister, GoodRegister(a), [](auto&) {}, "", kRoleRequired);
    },
    [](const About&) {
      return Spoiled(
          "a course that never was", kDeleteSchedule, schedule::DeleteScheduleRequest(),
          [](auto& r) { r.set_id("없는-코스"); }, "", kNotFound);
    },
};

}  // namespace

size_t BadCallsOfCustomers() { return std::size(kOfCustomers); }

size_t BadCallsOfHosts() { return std::size(kOfHosts); }

BadCall BadCallOfCustomer(size_t number, const std::string& course_id, const std::string& own_id) {
  MARU_CHECK(number < std::size(kOfCustomers));
  return kOfCustomers[number]({course_id, own_id});
}

BadCall BadCallOfHost(size_t number, const std::string& course_id) {
  MARU_CHECK(number < std::size(kOfHosts));
  return kOfHosts[number]({course_id, course_id});
}

}  // namespace maru::workload
