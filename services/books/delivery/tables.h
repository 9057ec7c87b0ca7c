// What books-delivery keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_BOOKS_DELIVERY_TABLES_H_
#define MARU_SERVICES_BOOKS_DELIVERY_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/books/delivery/store/v1/delivery.pb.h"

namespace maru::books::delivery {

// By id.
inline constexpr maru::store::Table<store::v1::Delivery, std::string> kDeliveries(32, "deliveries");
// By reservation_id.
inline constexpr maru::store::Table<store::v1::Reference, std::string> kReferences(33,
                                                                                   "references");
// customer_id, id
inline constexpr maru::store::Index<std::string, std::string> kDeliveriesByCustomer(
    34, "deliveries by customer");

}  // namespace maru::books::delivery

#endif  // MARU_SERVICES_BOOKS_DELIVERY_TABLES_H_
