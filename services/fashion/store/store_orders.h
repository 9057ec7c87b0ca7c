// What changes store orders within a transaction, for commands and events alike. Errors are those
// of the store.
#ifndef MARU_SERVICES_FASHION_STORE_STORE_ORDERS_H_
#define MARU_SERVICES_FASHION_STORE_STORE_ORDERS_H_

#include "common/store/txn.h"
#include "services/fashion/store/domain.h"

namespace maru::fashion::store {

// A new one, which its readers find from here on.
void Add(maru::store::Txn& txn, const Decided& placed);
// What was decided about one, and tells it.
void Save(maru::store::Txn& txn, const Decided& decided);

}  // namespace maru::fashion::store

#endif  // MARU_SERVICES_FASHION_STORE_STORE_ORDERS_H_
