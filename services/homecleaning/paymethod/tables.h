// What homecleaning-paymethod keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_HOMECLEANING_PAYMETHOD_TABLES_H_
#define MARU_SERVICES_HOMECLEANING_PAYMETHOD_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/homecleaning/paymethod/store/v1/paymethod.pb.h"

namespace maru::homecleaning::paymethod {

// By id.
inline constexpr maru::store::Table<store::v1::Paymethod, std::string> kPaymethods(32,
                                                                                   "pay methods");
// reservation_id, customer_id
inline constexpr maru::store::Table<store::v1::ActivePaymethod, std::string, std::string>
    kActivePaymethods(33, "active pay methods");
// customer_id, id
inline constexpr maru::store::Index<std::string, std::string> kPaymethodsByCustomer(
    34, "pay methods by customer");

}  // namespace maru::homecleaning::paymethod

#endif  // MARU_SERVICES_HOMECLEANING_PAYMETHOD_TABLES_H_
