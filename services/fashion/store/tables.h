// What fashion-store keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_FASHION_STORE_TABLES_H_
#define MARU_SERVICES_FASHION_STORE_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/fashion/store/store/v1/store.pb.h"

namespace maru::fashion::store {

// By id.
inline constexpr maru::store::Table<store::v1::StoreOrder, std::string> kStoreOrders(
    32, "store orders");
// By order_id.
inline constexpr maru::store::Table<store::v1::Reference, std::string> kReferences(33,
                                                                                   "references");
// rpc::ReadersOf, id
inline constexpr maru::store::Index<std::string, std::string> kStoreOrdersByReader(
    34, "store orders by reader");

// By store_id.
inline constexpr maru::store::Table<store::v1::Store, std::string> kStores(35, "stores");

}  // namespace maru::fashion::store

#endif  // MARU_SERVICES_FASHION_STORE_TABLES_H_
