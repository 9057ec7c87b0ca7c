// What food-delivery keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_FOOD_DELIVERY_TABLES_H_
#define MARU_SERVICES_FOOD_DELIVERY_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/food/delivery/store/v1/delivery.pb.h"

namespace maru::food::delivery {

// By id.
inline constexpr maru::store::Table<store::v1::Delivery, std::string> kDeliveries(32, "deliveries");
// By order_id.
inline constexpr maru::store::Table<store::v1::Reference, std::string> kReferences(33,
                                                                                   "references");
// rpc::ReadersOf or kUntaken, id
inline constexpr maru::store::Index<std::string, std::string> kDeliveriesByReader(
    34, "deliveries by reader");

}  // namespace maru::food::delivery

#endif  // MARU_SERVICES_FOOD_DELIVERY_TABLES_H_
