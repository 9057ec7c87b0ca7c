// What homecleaning-cleaning keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_HOMECLEANING_CLEANING_TABLES_H_
#define MARU_SERVICES_HOMECLEANING_CLEANING_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/homecleaning/cleaning/store/v1/cleaning.pb.h"

namespace maru::homecleaning::cleaning {

// By id.
inline constexpr maru::store::Table<store::v1::Cleaning, std::string> kCleanings(32, "cleanings");
// By reservation_id.
inline constexpr maru::store::Table<store::v1::Reference, std::string> kReferences(33,
                                                                                   "references");
// customer_id, id
inline constexpr maru::store::Index<std::string, std::string> kCleaningsByCustomer(
    34, "cleanings by customer");

}  // namespace maru::homecleaning::cleaning

#endif  // MARU_SERVICES_HOMECLEANING_CLEANING_TABLES_H_
