// What a message deployment keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_MESSAGE_TABLES_H_
#define MARU_SERVICES_MESSAGE_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/message/store/v1/message.pb.h"

namespace maru::message {

// By id.
inline constexpr maru::store::Table<store::v1::Message, std::string> kMessages(32, "messages");
// topic, event id
inline constexpr maru::store::Table<store::v1::CausedMessage, std::string, std::string>
    kCausedMessages(33, "caused messages");
// recipient, id
inline constexpr maru::store::Index<std::string, std::string> kMessagesByRecipient(
    34, "messages by recipient");
// recipient, id: not yet read.
inline constexpr maru::store::Index<std::string, std::string> kUnreadByRecipient(
    35, "unread messages by recipient");

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_TABLES_H_
