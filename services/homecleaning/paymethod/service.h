// PaymethodService: RegisterPaymethod is a saga; ChangePaymethod is one transaction that loads,
// asks the domain and saves.
#ifndef MARU_SERVICES_HOMECLEANING_PAYMETHOD_SERVICE_H_
#define MARU_SERVICES_HOMECLEANING_PAYMETHOD_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/saga/sagas.h"
#include "common/store/store.h"
#include "maru/homecleaning/paymethod/store/v1/paymethod.pb.h"
#include "maru/homecleaning/paymethod/v1/paymethod.maru.h"
#include "maru/homecleaning/paymethod/v1/paymethod.pb.h"

namespace maru::homecleaning::paymethod {

using RegisterPaymethodSaga = saga::Saga<store::v1::Paymethod, v1::Paymethod>;

// Codes and reasons are in the contract.
class PaymethodService final : public v1::PaymethodServiceHandler {
 public:
  // Both outlive the service.
  PaymethodService(maru::store::Store& store, RegisterPaymethodSaga& register_paymethod)
      : store_(store), register_paymethod_(register_paymethod) {}

  async::Task<absl::StatusOr<v1::Paymethod>> RegisterPaymethod(
      const rpc::CallContext& call, const v1::RegisterPaymethodRequest& request) override;
  async::Task<absl::StatusOr<v1::Paymethod>> ChangePaymethod(
      const rpc::CallContext& call, const v1::ChangePaymethodRequest& request) override;
  async::Task<absl::StatusOr<v1::Paymethod>> GetPaymethod(
      const rpc::CallContext& call, const v1::GetPaymethodRequest& request) override;
  async::Task<absl::StatusOr<v1::ListPaymethodsResponse>> ListPaymethods(
      const rpc::CallContext& call, const v1::ListPaymethodsRequest& request) override;

 private:
  maru::store::Store& store_;
  RegisterPaymethodSaga& register_paymethod_;
};

}  // namespace maru::homecleaning::paymethod

#endif  // MARU_SERVICES_HOMECLEANING_PAYMETHOD_SERVICE_H_
