#include "services/message/domain.h"

#include <utility>

#include "maru/options/v1/reasons.maru.h"

namespace maru::message {

disk::Message Compose(const Notice& notice, const event::v1::Event& envelope, std::string id) {
  disk::Message row;
  row.set_id(std::move(id));
  row.set_recipient(notice.recipient);
  row.set_subject_id(notice.subject_id);
  // "maru.datecourse.review.v1.ReviewRegistered" -> "ReviewRegistered"
  row.set_kind(envelope.type().substr(envelope.type().rfind('.') + 1));
  row.set_text(notice.text);
  *row.mutable_create_time() = envelope.time();
  row.set_event_id(envelope.id());
  return row;
}

absl::StatusOr<disk::Message> MarkRead(const std::optional<disk::Message>& row, std::string_view id,
                                       std::string_view recipient) {
  if (!row.has_value() || row->recipient() != recipient) {
    return options::v1::errors::NotFound("message", id);
  }
  disk::Message read = *row;
  read.set_read(true);
  return read;
}

bool MayRead(const disk::Message& row, const rpc::Identity& reader) {
  return row.recipient() == reader.subject || reader.Is(options::v1::ROLE_ADMIN);
}

v1::Message ToApi(const disk::Message& row) {
  v1::Message shown;
  shown.set_id(row.id());
  shown.set_recipient(row.recipient());
  shown.set_subject_id(row.subject_id());
  shown.set_kind(row.kind());
  shown.set_text(row.text());
  *shown.mutable_create_time() = row.create_time();
  shown.set_read(row.read());
  return shown;
}

}  // namespace maru::message
