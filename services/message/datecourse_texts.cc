#include "services/message/datecourse_texts.h"

#include "absl/strings/str_cat.h"

namespace maru::message {

Notice NoticeOf(const datecourse::communication::v1::BookmarkRegistered& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.schedule_id(),
          .text = "데이트 코스를 북마크했습니다."};
}

Notice NoticeOf(const datecourse::communication::v1::BookmarkCanceled& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.schedule_id(),
          .text = "데이트 코스의 북마크를 취소했습니다."};
}

Notice NoticeOf(const datecourse::review::v1::ReviewRegistered& event) {
  const std::string rating = event.has_rating() ? absl::StrCat(" (", event.rating(), "/5)") : "";
  return {.recipient = event.uploader_id(),
          .subject_id = event.schedule_id(),
          .text = absl::StrCat("데이트 코스에 새 후기가 달렸습니다", rating, ": ",
                               event.comment_text())};
}

}  // namespace maru::message
