// The rules of payments (domain.md, "Payment"), the same in every system. Pure: no I/O, no clock,
// no ids of its own; what the provider decided comes in.
#ifndef MARU_SERVICES_PAYMENT_DOMAIN_H_
#define MARU_SERVICES_PAYMENT_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/payment/store/v1/payment.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "maru/payment/v1/payment.pb.h"

namespace maru::payment {

namespace disk = store::v1;

// What the provider is asked to authorise.
struct Charge {
  // The same for the same question: reference_id of a payment, change_id of a change.
  std::string key;
  std::string customer_id;
  int64_t amount = 0;
  std::string currency_code;
  v1::PayKind pay_kind = v1::PAY_KIND_UNSPECIFIED;
  // Empty in a payment.
  std::string masked_number;
};

enum class Decision { kApproved, kRefused };

// --- Pay ---

struct Paid {
  disk::Payment payment;
  // Absent when the provider refused.
  std::optional<v1::PaymentApproved> event;
};

Charge ChargeOf(const v1::PayRequest& request);

// Pays for a reference that has no payment yet.
Paid Pay(const v1::PayRequest& request, Decision decision, absl::Time now, std::string id);

// What Pay answers once the reference has the payment `row`: OK, or FAILED_PRECONDITION/
// PAYMENT_REFUSED, PAYMENT_CANCELED, INVALID_ARGUMENT/REFERENCE_REUSED.
absl::Status AnswerTo(const v1::PayRequest& request, const disk::Payment& row);

// --- Cancel ---

struct Canceled {
  disk::Payment payment;
  // Present when something is given back.
  std::optional<v1::PaymentCanceled> event;
};

// Cancels the payment of `reference_id`, or sees to it that there is never one. Not for a payment
// that is canceled already. `id`: of the row when it has to be made.
Canceled Cancel(const std::optional<disk::Payment>& row, std::string_view reference_id,
                absl::Time now, std::string id);

// --- Change of how is paid ---

struct Changed {
  disk::Change change;
  // The payment as it is after an applied change.
  std::optional<disk::Payment> payment;
  std::optional<v1::PaymentKindChanged> event;
};

// What the provider is to be asked; nullopt: without asking it is clear that the change is refused.
std::optional<Charge> ChargeOf(const v1::ChangePayKindRequest& request,
                               const std::optional<disk::Payment>& row);

// Decides a change that was not decided before. `row` is the payment of its reference; `decision`
// the provider's, which does not matter when ChargeOf has nothing to ask.
Changed Change(const v1::ChangePayKindRequest& request, const std::optional<disk::Payment>& row,
               Decision decision, absl::Time now);

// What ChangePayKind answers once the change is decided: OK, or FAILED_PRECONDITION/
// PAYMETHOD_REFUSED, PAYMENT_CANCELED, NO_PAYMENT, INVALID_ARGUMENT/REFERENCE_REUSED.
absl::Status AnswerTo(const v1::ChangePayKindRequest& request, const disk::Change& change);

// The event of a refused change that came by event; `row` is the payment of its reference.
v1::PaymentKindRefused RefusalOf(const v1::ChangePayKindRequest& request,
                                 const disk::Change& change,
                                 const std::optional<disk::Payment>& row);

// --- Reads ---

// A payment is its customer's and admin's.
bool MayRead(const disk::Payment& row, const rpc::Identity& reader);

// The payment as somebody who may read it sees it.
v1::Payment ToApi(const disk::Payment& row);

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_DOMAIN_H_
