// The rules of comments, bookmarks and likes (domain.md, section 1). Pure: no I/O, no clock, no ids
// of its own.
#ifndef MARU_SERVICES_DATECOURSE_COMMUNICATION_DOMAIN_H_
#define MARU_SERVICES_DATECOURSE_COMMUNICATION_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/datecourse/communication/store/v1/communication.pb.h"
#include "maru/datecourse/communication/v1/communication.pb.h"
#include "maru/datecourse/communication/v1/events.pb.h"

namespace maru::datecourse::communication {

namespace disk = store::v1;

// std::monostate: nothing happened.
using Event = std::variant<std::monostate, v1::CommentRegistered, v1::CommentModified,
                           v1::CommentDeleted, v1::BookmarkRegistered, v1::BookmarkCanceled,
                           v1::LikeRegistered, v1::LikeCanceled>;

// A row as a command leaves it, and what is told of it.
struct Change {
  disk::Communication row;
  Event event;
};

// What there is already where something new is to be registered.
struct Surroundings {
  // This context has heard ScheduleDeleted.
  bool schedule_deleted = false;
  // The customer's active row of the same kind on the schedule. Only looked at where
  // IsUnique(kind).
  std::optional<std::string> active_id;
};

// Whether a customer may have only one active row of this kind on a schedule.
bool IsUnique(disk::Communication::Kind kind);

// The same kind on disk and in the API.
disk::Communication::Kind ToDisk(v1::Communication::Kind kind);
v1::Communication::Kind ToApi(disk::Communication::Kind kind);

// INVALID_ARGUMENT/INVALID_FIELD: a comment without text or a text without a comment.
// NOT_FOUND/NOT_FOUND: the schedule was deleted. ALREADY_EXISTS/ALREADY_EXISTS: there is an active
// bookmark or like.
absl::StatusOr<Change> Register(const v1::RegisterRequest& request,
                                const Surroundings& surroundings, std::string_view customer,
                                absl::Time now, std::string id);

// NOT_FOUND/NOT_FOUND: no row or not `customer`'s. FAILED_PRECONDITION/NOT_A_COMMENT,
// COMMENT_DELETED. INVALID_ARGUMENT/INVALID_FIELD: an empty or unknown mask, or an empty text.
absl::StatusOr<Change> ModifyComment(const std::optional<disk::Communication>& row,
                                     const v1::ModifyCommentRequest& request,
                                     std::string_view customer, absl::Time now);

// Deletes a comment, cancels a bookmark or like; again: the same row, no event.
// NOT_FOUND/NOT_FOUND: no row or not `customer`'s.
absl::StatusOr<Change> Delete(const std::optional<disk::Communication>& row, std::string_view id,
                              std::string_view customer, absl::Time now);

// Comments are public; bookmarks and likes are their customer's and admin's.
bool MayRead(const disk::Communication& row, const rpc::Identity& reader);

// The row as `reader`, who may read it, sees it: the text of a deleted comment is for its writer
// and admin only.
v1::Communication Show(const disk::Communication& row, const rpc::Identity& reader);

}  // namespace maru::datecourse::communication

#endif  // MARU_SERVICES_DATECOURSE_COMMUNICATION_DOMAIN_H_
