// CleaningService: every command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_HOMECLEANING_CLEANING_SERVICE_H_
#define MARU_SERVICES_HOMECLEANING_CLEANING_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/homecleaning/cleaning/v1/cleaning.maru.h"
#include "maru/homecleaning/cleaning/v1/cleaning.pb.h"

namespace maru::homecleaning::cleaning {

// Codes and reasons are in the contract.
class CleaningService final : public v1::CleaningServiceHandler {
 public:
  // `store` outlives the service.
  explicit CleaningService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Cleaning>> StartCleaning(
      const rpc::CallContext& call, const v1::StartCleaningRequest& request) override;
  async::Task<absl::StatusOr<v1::Cleaning>> FinishCleaning(
      const rpc::CallContext& call, const v1::FinishCleaningRequest& request) override;
  async::Task<absl::StatusOr<v1::Cleaning>> GetCleaning(
      const rpc::CallContext& call, const v1::GetCleaningRequest& request) override;
  async::Task<absl::StatusOr<v1::ListCleaningsResponse>> ListCleanings(
      const rpc::CallContext& call, const v1::ListCleaningsRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::homecleaning::cleaning

#endif  // MARU_SERVICES_HOMECLEANING_CLEANING_SERVICE_H_
