// CommunicationService: each command is one transaction that loads, asks the domain and saves.
// Calls nobody.
#ifndef MARU_SERVICES_DATECOURSE_COMMUNICATION_SERVICE_H_
#define MARU_SERVICES_DATECOURSE_COMMUNICATION_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/datecourse/communication/v1/communication.maru.h"
#include "maru/datecourse/communication/v1/communication.pb.h"

namespace maru::datecourse::communication {

// Codes and reasons are in the contract.
class CommunicationService final : public v1::CommunicationServiceHandler {
 public:
  // `store` outlives the service.
  explicit CommunicationService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Communication>> Register(
      const rpc::CallContext& call, const v1::RegisterRequest& request) override;
  async::Task<absl::StatusOr<v1::Communication>> ModifyComment(
      const rpc::CallContext& call, const v1::ModifyCommentRequest& request) override;
  async::Task<absl::StatusOr<v1::Communication>> DeleteCommunication(
      const rpc::CallContext& call, const v1::DeleteCommunicationRequest& request) override;
  async::Task<absl::StatusOr<v1::Communication>> GetCommunication(
      const rpc::CallContext& call, const v1::GetCommunicationRequest& request) override;
  async::Task<absl::StatusOr<v1::ListCommunicationsResponse>> ListCommunications(
      const rpc::CallContext& call, const v1::ListCommunicationsRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::datecourse::communication

#endif  // MARU_SERVICES_DATECOURSE_COMMUNICATION_SERVICE_H_
