// What food-store keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_FOOD_STORE_TABLES_H_
#define MARU_SERVICES_FOOD_STORE_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/food/store/store/v1/store.pb.h"

namespace maru::food::store {

// By id.
inline constexpr maru::store::Table<store::v1::Ticket, std::string> kTickets(32, "tickets");
// By order_id.
inline constexpr maru::store::Table<store::v1::Reference, std::string> kReferences(33,
                                                                                   "references");
// rpc::ReadersOf, id
inline constexpr maru::store::Index<std::string, std::string> kTicketsByReader(34,
                                                                               "tickets by reader");

}  // namespace maru::food::store

#endif  // MARU_SERVICES_FOOD_STORE_TABLES_H_
