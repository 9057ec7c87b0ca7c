// MessageService: people read their messages and mark them as read.
#ifndef MARU_SERVICES_MESSAGE_SERVICE_H_
#define MARU_SERVICES_MESSAGE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/message/v1/message.maru.h"
#include "maru/message/v1/message.pb.h"

namespace maru::message {

// Codes and reasons are in the contract.
class MessageService final : public v1::MessageServiceHandler {
 public:
  // `store` outlives the service.
  explicit MessageService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Message>> GetMessage(
      const rpc::CallContext& call, const v1::GetMessageRequest& request) override;
  async::Task<absl::StatusOr<v1::ListMessagesResponse>> ListMessages(
      const rpc::CallContext& call, const v1::ListMessagesRequest& request) override;
  async::Task<absl::StatusOr<v1::Message>> MarkRead(const rpc::CallContext& call,
                                                    const v1::MarkReadRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_SERVICE_H_
