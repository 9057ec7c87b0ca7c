// What moves the pieces of an order within a transaction, for commands and events alike. Errors are
// those of the store.
#ifndef MARU_SERVICES_FASHION_PRODUCT_RESERVATIONS_H_
#define MARU_SERVICES_FASHION_PRODUCT_RESERVATIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/txn.h"
#include "services/fashion/product/domain.h"

namespace maru::fashion::product {

// What was decided about the order, now or before.
absl::StatusOr<disk::Reservation> ReserveOnce(maru::store::Txn& txn,
                                              const v1::ReserveRequest& request);

// The order was placed. FAILED_PRECONDITION: it never asked for anything here.
absl::Status SellOnce(maru::store::Txn& txn, const std::string& order_id);

// The order ended: its pieces go back to the stock, whatever they were; one that is not known is
// fenced.
absl::Status PutBackOnce(maru::store::Txn& txn, const std::string& order_id);

}  // namespace maru::fashion::product

#endif  // MARU_SERVICES_FASHION_PRODUCT_RESERVATIONS_H_
