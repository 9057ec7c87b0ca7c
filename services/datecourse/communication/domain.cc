#include "services/datecourse/communication/domain.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/service.h"
#include "maru/datecourse/communication/v1/communication.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::datecourse::communication {
namespace {

using options::v1::ROLE_ADMIN;
using Row = disk::Communication;

absl::Status NoSuchRow(std::string_view id) {
  return options::v1::errors::NotFound("communication", id);
}

// "bookmark", for people.
std::string_view NameOf(Row::Kind kind) {
  switch (kind) {
    case Row::KIND_COMMENT:
      return "comment";
    case Row::KIND_BOOKMARK:
      return "bookmark";
    default:
      return "like";
  }
}

template <class E>
E About(const Row& row) {
  E event;
  event.set_communication_id(row.id());
  event.set_schedule_id(row.schedule_id());
  event.set_customer_id(row.customer_id());
  return event;
}

template <class E>
E WithText(const Row& row) {
  E event = About<E>(row);
  event.set_comment_text(row.comment_text());
  return event;
}

Event RegisteredEvent(const Row& row) {
  switch (row.kind()) {
    case Row::KIND_COMMENT:
      return WithText<v1::CommentRegistered>(row);
    case Row::KIND_BOOKMARK:
      return About<v1::BookmarkRegistered>(row);
    default:
      return About<v1::LikeRegistered>(row);
  }
}

Event DeletedEvent(const Row& row) {
  switch (row.kind()) {
    case Row::KIND_COMMENT:
      return About<v1::CommentDeleted>(row);
    case Row::KIND_BOOKMARK:
      return About<v1::BookmarkCanceled>(row);
    default:
      return About<v1::LikeCanceled>(row);
  }
}

absl::Status CheckText(const v1::RegisterRequest& request) {
  if (request.kind() == v1::Communication::KIND_COMMENT) {
    if (request.comment_text().empty()) {
      return rpc::InvalidField("comment_text", "a comment needs a text");
    }
  } else if (!request.comment_text().empty()) {
    return rpc::InvalidField("comment_text", "only a comment has a text");
  }
  return absl::OkStatus();
}

absl::Status CheckMask(const v1::ModifyCommentRequest& request) {
  if (request.update_mask().paths().empty()) {
    return rpc::InvalidField("update_mask", "must name comment_text");
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path != "comment_text") {
      return rpc::InvalidField("update_mask", absl::StrCat("'", path, "' cannot be changed"));
    }
  }
  if (request.communication().comment_text().empty()) {
    return rpc::InvalidField("communication.comment_text", "must not be empty");
  }
  return absl::OkStatus();
}

bool IsPrivileged(const Row& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || reader.Is(ROLE_ADMIN);
}

}  // namespace

bool IsUnique(Row::Kind kind) { return kind != Row::KIND_COMMENT; }

Row::Kind ToDisk(v1::Communication::Kind kind) {
  switch (kind) {
    case v1::Communication::KIND_COMMENT:
      return Row::KIND_COMMENT;
    case v1::Communication::KIND_BOOKMARK:
      return Row::KIND_BOOKMARK;
    case v1::Communication::KIND_LIKE:
      return Row::KIND_LIKE;
    default:
      return Row::KIND_UNSPECIFIED;
  }
}

v1::Communication::Kind ToApi(Row::Kind kind) {
  switch (kind) {
    case Row::KIND_COMMENT:
      return v1::Communication::KIND_COMMENT;
    case Row::KIND_BOOKMARK:
      return v1::Communication::KIND_BOOKMARK;
    case Row::KIND_LIKE:
      return v1::Communication::KIND_LIKE;
    default:
      return v1::Communication::KIND_UNSPECIFIED;
  }
}

absl::StatusOr<Change> Register(const v1::RegisterRequest& request,
                                const Surroundings& surroundings, std::string_view customer,
                                absl::Time now, std::string id) {
  RETURN_IF_ERROR(CheckText(request));
  if (surroundings.schedule_deleted) {
    return options::v1::errors::NotFound("schedule", request.schedule_id());
  }
  const Row::Kind kind = ToDisk(request.kind());
  if (IsUnique(kind) && surroundings.active_id.has_value()) {
    return v1::errors::AlreadyExists(NameOf(kind), request.schedule_id(), *surroundings.active_id);
  }
  Change change;
  Row& row = change.row;
  row.set_id(std::move(id));
  row.set_schedule_id(request.schedule_id());
  row.set_customer_id(std::string(customer));
  row.set_kind(kind);
  row.set_comment_text(request.comment_text());
  row.set_active(true);
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  change.event = RegisteredEvent(row);
  return change;
}

absl::StatusOr<Change> ModifyComment(const std::optional<Row>& row,
                                     const v1::ModifyCommentRequest& request,
                                     std::string_view customer, absl::Time now) {
  const std::string& id = request.communication().id();
  if (!row.has_value() || row->customer_id() != customer) return NoSuchRow(id);
  if (row->kind() != Row::KIND_COMMENT) return v1::errors::NotAComment(id, NameOf(row->kind()));
  if (!row->active()) return v1::errors::CommentDeleted(id);
  RETURN_IF_ERROR(CheckMask(request));

  Change change{*row, {}};
  const std::string& text = request.communication().comment_text();
  if (text == row->comment_text()) return change;
  change.row.set_comment_text(text);
  *change.row.mutable_update_time() = ToTimestamp(now);
  change.event = WithText<v1::CommentModified>(change.row);
  return change;
}

absl::StatusOr<Change> Delete(const std::optional<Row>& row, std::string_view id,
                              std::string_view customer, absl::Time now) {
  if (!row.has_value() || row->customer_id() != customer) return NoSuchRow(id);
  Change change{*row, {}};
  if (!row->active()) return change;
  change.row.set_active(false);
  *change.row.mutable_update_time() = ToTimestamp(now);
  change.event = DeletedEvent(change.row);
  return change;
}

bool MayRead(const Row& row, const rpc::Identity& reader) {
  return row.kind() == Row::KIND_COMMENT || IsPrivileged(row, reader);
}

v1::Communication Show(const Row& row, const rpc::Identity& reader) {
  v1::Communication shown;
  shown.set_id(row.id());
  shown.set_schedule_id(row.schedule_id());
  shown.set_customer_id(row.customer_id());
  shown.set_kind(ToApi(row.kind()));
  if (row.active() || IsPrivileged(row, reader)) shown.set_comment_text(row.comment_text());
  shown.set_active(row.active());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::datecourse::communication
