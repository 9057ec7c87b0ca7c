// The example sagas: copy the one that is like yours.
#ifndef MARU_COMMON_SAGA_TESTING_EXAMPLE_H_
#define MARU_COMMON_SAGA_TESTING_EXAMPLE_H_

#include <string>

#include "common/rpc/service.h"
#include "common/saga/definition.h"
#include "common/saga/testing/example.pb.h"
#include "common/store/table.h"

namespace maru::example {

inline constexpr store::Table<v1::Order, std::string> kOrders(32, "orders");
inline constexpr store::Table<v1::Paymethod, std::string> kPaymethods(33, "paymethods");
// reservation_id, paymethod id: one active paymethod a reservation.
inline constexpr store::Index<std::string, std::string> kActivePaymethods(34, "active paymethods");
inline constexpr store::Table<v1::Library, std::string> kLibraries(35, "libraries");

// Two steps, each undone by its own call: fashion's PlaceOrder.
saga::Definition<v1::Order, v1::Order> PlaceOrder(rpc::Caller& product, rpc::Caller& payment);
// One call, asked again until it is answered: homecleaning's RegisterPaymethod.
saga::Definition<v1::Paymethod, v1::Paymethod> RegisterPaymethod(rpc::Caller& payment);
// One call, settled by another; or accepted while the callee is away: books' Warehouse.
saga::Definition<v1::Library, v1::Library> Warehouse(rpc::Caller& book);

}  // namespace maru::example

#endif  // MARU_COMMON_SAGA_TESTING_EXAMPLE_H_
