// What fashion-product keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_FASHION_PRODUCT_TABLES_H_
#define MARU_SERVICES_FASHION_PRODUCT_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/fashion/product/store/v1/product.pb.h"

namespace maru::fashion::product {

// By id.
inline constexpr maru::store::Table<store::v1::Product, std::string> kProducts(32, "products");
// By order_id.
inline constexpr maru::store::Table<store::v1::Reservation, std::string> kReservations(
    33, "reservations");
// store_id, id: not removed.
inline constexpr maru::store::Index<std::string, std::string> kProductsByStore(34,
                                                                               "products by store");

}  // namespace maru::fashion::product

#endif  // MARU_SERVICES_FASHION_PRODUCT_TABLES_H_
