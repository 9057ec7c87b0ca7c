#include "services/message/service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/message/domain.h"
#include "services/message/tables.h"

namespace maru::message {
namespace {

using async::Task;
using maru::store::Page;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Table;
using maru::store::Txn;
using rpc::CallContext;

// Messages to `recipient`; nullopt: everybody's.
absl::StatusOr<Page<Table<disk::Message, std::string>::Row>> Find(
    Reader& reader, const PageRequest& page, const std::optional<std::string>& recipient,
    bool unread_only) {
  if (recipient.has_value()) {
    const auto& index = unread_only ? kUnreadByRecipient : kMessagesByRecipient;
    return ListPage(reader, index, kMessages, page, *recipient);
  }
  return ListPage(reader, kMessages, page,
                  [unread_only](const disk::Message& row) { return !unread_only || !row.read(); });
}

}  // namespace

Task<absl::StatusOr<v1::Message>> MessageService::GetMessage(const CallContext& call,
                                                             const v1::GetMessageRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Message> {
    ASSIGN_OR_RETURN(const auto row, kMessages.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("message", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListMessagesResponse>> MessageService::ListMessages(
    const CallContext& call, const v1::ListMessagesRequest& request) {
  const rpc::Identity& actor = *call.identity;
  const bool admin = actor.Is(options::v1::ROLE_ADMIN);
  const bool visible = admin || request.recipient().empty() || request.recipient() == actor.subject;
  std::optional<std::string> recipient;  // nullopt: everybody's
  if (!admin) {
    recipient = actor.subject;
  } else if (!request.recipient().empty()) {
    recipient = request.recipient();
  }
  const PageRequest page =
      PageRequestOf(call, request, {request.recipient(), request.unread_only() ? "unread" : "all"});
  return store_.Read([=, &request](Reader& reader) -> absl::StatusOr<v1::ListMessagesResponse> {
    if (!visible) return v1::ListMessagesResponse();
    ASSIGN_OR_RETURN(const auto found, Find(reader, page, recipient, request.unread_only()));
    return ToListResponse(found, &v1::ListMessagesResponse::mutable_messages, ToApi);
  });
}

Task<absl::StatusOr<v1::Message>> MessageService::MarkRead(const CallContext& call,
                                                           const v1::MarkReadRequest& request) {
  return store_.Transact(call, {kMessages.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Message> {
                           ASSIGN_OR_RETURN(const auto row, kMessages.Get(txn, request.id()));
                           ASSIGN_OR_RETURN(
                               const disk::Message read,
                               message::MarkRead(row, request.id(), call.identity->subject));
                           if (!row->read()) {
                             kMessages.Put(txn, read.id(), read);
                             kUnreadByRecipient.Delete(txn, read.recipient(), read.id());
                           }
                           return ToApi(read);
                         });
}

}  // namespace maru::message
