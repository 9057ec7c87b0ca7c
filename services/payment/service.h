// PaymentService: Pay and ChangePayKind ask the provider and then write; Cancel and refunds by
// event only write.
#ifndef MARU_SERVICES_PAYMENT_SERVICE_H_
#define MARU_SERVICES_PAYMENT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/payment/v1/payment.maru.h"
#include "maru/payment/v1/payment.pb.h"
#include "services/payment/provider.h"

namespace maru::payment {

// Codes and reasons are in the contract.
class PaymentService final : public v1::PaymentServiceHandler {
 public:
  // Both outlive the service.
  PaymentService(maru::store::Store& store, Provider& provider)
      : store_(store), provider_(provider) {}

  async::Task<absl::StatusOr<v1::Payment>> Pay(const rpc::CallContext& call,
                                               const v1::PayRequest& request) override;
  async::Task<absl::StatusOr<v1::Payment>> Cancel(const rpc::CallContext& call,
                                                  const v1::CancelRequest& request) override;
  async::Task<absl::StatusOr<v1::Payment>> ChangePayKind(
      const rpc::CallContext& call, const v1::ChangePayKindRequest& request) override;
  async::Task<absl::StatusOr<v1::Payment>> GetPayment(
      const rpc::CallContext& call, const v1::GetPaymentRequest& request) override;
  async::Task<absl::StatusOr<v1::ListPaymentsResponse>> ListPayments(
      const rpc::CallContext& call, const v1::ListPaymentsRequest& request) override;

 private:
  maru::store::Store& store_;
  Provider& provider_;
};

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_SERVICE_H_
