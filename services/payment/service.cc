#include "services/payment/service.h"

#include <optional>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/payment/domain.h"
#include "services/payment/payments.h"
#include "services/payment/tables.h"

namespace maru::payment {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

// What is known before the provider is asked for a change.
struct Known {
  std::optional<disk::Change> change;
  std::optional<disk::Payment> payment;
};

absl::StatusOr<Known> Look(Reader& reader, const v1::ChangePayKindRequest& request) {
  Known known;
  ASSIGN_OR_RETURN(known.change, kChanges.Get(reader, request.change_id()));
  ASSIGN_OR_RETURN(known.payment, Load(reader, request.reference_id()));
  return known;
}

// The change is decided; the payment as it is now, or the refusal.
absl::StatusOr<v1::Payment> Answer(const v1::ChangePayKindRequest& request,
                                   const disk::Change& change,
                                   const std::optional<disk::Payment>& payment) {
  RETURN_IF_ERROR(AnswerTo(request, change));
  return ToApi(*payment);
}

absl::StatusOr<v1::Payment> DecideChange(Txn& txn, const v1::ChangePayKindRequest& request,
                                         std::optional<Decision> decision) {
  ASSIGN_OR_RETURN(const Known known, Look(txn, request));
  if (known.change.has_value()) return Answer(request, *known.change, known.payment);
  if (!decision.has_value() && ChargeOf(request, known.payment).has_value()) {
    // The payment was made while nobody had reason to ask the provider: the caller asks again.
    return v1::errors::ProviderUnavailable();
  }
  ASSIGN_OR_RETURN(const std::optional<Changed> changed,
                   ChangeOnce(txn, request, known.payment, decision.value_or(Decision::kRefused)));
  auto answer = Answer(request, changed->change, changed->payment);
  if (!answer.ok()) txn.CommitRefusal();
  return answer;
}

}  // namespace

Task<absl::StatusOr<v1::Payment>> PaymentService::Pay(const CallContext& call,
                                                      const v1::PayRequest& request) {
  CO_ASSIGN_OR_RETURN(const std::optional<disk::Payment> known,
                      co_await store_.Read([&request](Reader& reader) {
                        return Load(reader, request.reference_id());
                      }));
  if (known.has_value()) {
    CO_RETURN_IF_ERROR(AnswerTo(request, *known));
    co_return ToApi(*known);
  }
  const Charge charge = ChargeOf(request);
  CO_ASSIGN_OR_RETURN(const Decision decision, co_await provider_.Authorize(call, charge));
  co_return co_await store_.Transact(call, [&](Txn& txn) -> absl::StatusOr<v1::Payment> {
    ASSIGN_OR_RETURN(const disk::Payment row, PayOnce(txn, request, decision));
    const absl::Status answer = AnswerTo(request, row);
    if (answer.ok()) return ToApi(row);
    txn.CommitRefusal();
    return answer;
  });
}

Task<absl::StatusOr<v1::Payment>> PaymentService::Cancel(const CallContext& call,
                                                         const v1::CancelRequest& request) {
  return store_.Transact(call, {kReferences.KeyOf(request.reference_id())},
                         [&request](Txn& txn) -> absl::StatusOr<v1::Payment> {
                           ASSIGN_OR_RETURN(const disk::Payment row,
                                            CancelOnce(txn, request.reference_id()));
                           return ToApi(row);
                         });
}

Task<absl::StatusOr<v1::Payment>> PaymentService::ChangePayKind(
    const CallContext& call, const v1::ChangePayKindRequest& request) {
  CO_ASSIGN_OR_RETURN(const Known known, co_await store_.Read([&request](Reader& reader) {
    return Look(reader, request);
  }));
  if (known.change.has_value()) co_return Answer(request, *known.change, known.payment);

  std::optional<Decision> decision;
  const std::optional<Charge> charge = ChargeOf(request, known.payment);
  if (charge.has_value()) {
    CO_ASSIGN_OR_RETURN(decision, co_await provider_.Authorize(call, *charge));
  }
  co_return co_await store_.Transact(
      call, [&](Txn& txn) { return DecideChange(txn, request, decision); });
}

Task<absl::StatusOr<v1::Payment>> PaymentService::GetPayment(const CallContext& call,
                                                             const v1::GetPaymentRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Payment> {
    ASSIGN_OR_RETURN(const auto row, kPayments.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("payment", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListPaymentsResponse>> PaymentService::ListPayments(
    const CallContext& call, const v1::ListPaymentsRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {request.reference_id()});
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListPaymentsResponse> {
        if (!request.reference_id().empty()) {
          v1::ListPaymentsResponse response;
          ASSIGN_OR_RETURN(const auto row, Load(reader, request.reference_id()));
          if (row.has_value() && MayRead(*row, *call.identity))
            *response.add_payments() = ToApi(*row);
          return response;
        }
        const bool admin = call.identity->Is(options::v1::ROLE_ADMIN);
        ASSIGN_OR_RETURN(
            const auto found,
            admin ? ListPage(reader, kPayments, page, [](const disk::Payment&) { return true; })
                  : ListPage(reader, kPaymentsByCustomer, kPayments, page, call.identity->subject));
        return ToListResponse(found, &v1::ListPaymentsResponse::mutable_payments, ToApi);
      });
}

}  // namespace maru::payment
