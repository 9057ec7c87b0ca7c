// What fashion-delivery keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_FASHION_DELIVERY_TABLES_H_
#define MARU_SERVICES_FASHION_DELIVERY_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/fashion/delivery/store/v1/delivery.pb.h"

namespace maru::fashion::delivery {

// By id.
inline constexpr maru::store::Table<store::v1::Delivery, std::string> kDeliveries(32, "deliveries");
// By order_id.
inline constexpr maru::store::Table<store::v1::Reference, std::string> kReferences(33,
                                                                                   "references");
// rpc::ReadersOf or kOnTheWay, id
inline constexpr maru::store::Index<std::string, std::string> kDeliveriesByReader(
    34, "deliveries by reader");

}  // namespace maru::fashion::delivery

#endif  // MARU_SERVICES_FASHION_DELIVERY_TABLES_H_
