#include "services/message/datecourse_texts.h"

#include "absl/strings/str_cat.h"

namespace maru::message {

Notice NoticeOf(const datecourse::communication::v1::BookmarkRegistered& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.schedule_id(),
          .text = "You bookmarked a date course."};
}

Notice NoticeOf(const datecourse::communication::v1::BookmarkCanceled& event) {
  return {.recipient = event.customer_id(),
          .subject_id = event.schedule_id(),
          .text = "You took your bookmark off a date course."};
}

Notice NoticeOf(const datecourse::review::v1::ReviewRegistered& event) {
  const std::string rating = event.has_rating() ? absl::StrCat(" (", event.rating(), "/5)") : "";
  return {
      .recipient = event.uploader_id(),
      .subject_id = event.schedule_id(),
      .text = absl::StrCat("New review of your date course", rating, ": ", event.comment_text())};
}

}  // namespace maru::message
