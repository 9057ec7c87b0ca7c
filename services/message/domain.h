// The rules of messages (domain.md, "Message"), the same in every system. What each system's events
// tell whom is in <system>_texts.h. Pure: no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_MESSAGE_DOMAIN_H_
#define MARU_SERVICES_MESSAGE_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/rpc/call_context.h"
#include "maru/event/v1/event.pb.h"
#include "maru/message/store/v1/message.pb.h"
#include "maru/message/v1/message.pb.h"

namespace maru::message {

namespace disk = store::v1;

// What somebody is to be told.
struct Notice {
  // Subject of a token.
  std::string recipient;
  // The schedule, reservation, … that it is about.
  std::string subject_id;
  std::string text;
};

// The message about the event in `envelope`; its kind is the event's name without the package.
disk::Message Compose(const Notice& notice, const event::v1::Event& envelope, std::string id);

// Marks the recipient's message as read; again: the same row. NOT_FOUND/NOT_FOUND: no row or not
// `recipient`'s.
absl::StatusOr<disk::Message> MarkRead(const std::optional<disk::Message>& row, std::string_view id,
                                       std::string_view recipient);

// A message is its recipient's and admin's.
bool MayRead(const disk::Message& row, const rpc::Identity& reader);

// The message as somebody who may read it sees it.
v1::Message ToApi(const disk::Message& row);

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_DOMAIN_H_
