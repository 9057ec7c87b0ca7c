// What changes payments within a transaction: loads, asks the domain, saves with the ledger, emits.
// Shared by commands (service.h) and events (policies.h). Errors are those of the reader.
#ifndef MARU_SERVICES_PAYMENT_PAYMENTS_H_
#define MARU_SERVICES_PAYMENT_PAYMENTS_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/store/txn.h"
#include "services/payment/domain.h"

namespace maru::payment {

// The payment of a reference; nullopt: there is none.
absl::StatusOr<std::optional<disk::Payment>> Load(maru::store::Reader& reader,
                                                  std::string_view reference_id);

// Pays unless the reference has a payment; the payment that it has then.
absl::StatusOr<disk::Payment> PayOnce(maru::store::Txn& txn, const v1::PayRequest& request,
                                      Decision decision);

// Cancels unless it is canceled; the payment as it is then.
absl::StatusOr<disk::Payment> CancelOnce(maru::store::Txn& txn, std::string_view reference_id);

// Decides the change unless it was decided before: emits, saves, and returns what was decided now.
// nullopt: it was decided before.
absl::StatusOr<std::optional<Changed>> ChangeOnce(maru::store::Txn& txn,
                                                  const v1::ChangePayKindRequest& request,
                                                  const std::optional<disk::Payment>& row,
                                                  Decision decision);

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_PAYMENTS_H_
