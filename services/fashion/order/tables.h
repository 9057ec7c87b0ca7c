// What fashion-order keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_FASHION_ORDER_TABLES_H_
#define MARU_SERVICES_FASHION_ORDER_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/fashion/order/store/v1/order.pb.h"

namespace maru::fashion::order {

// By id.
inline constexpr maru::store::Table<store::v1::Order, std::string> kOrders(32, "orders");
// rpc::ReadersOf, id
inline constexpr maru::store::Index<std::string, std::string> kOrdersByReader(33,
                                                                              "orders by reader");

}  // namespace maru::fashion::order

#endif  // MARU_SERVICES_FASHION_ORDER_TABLES_H_
