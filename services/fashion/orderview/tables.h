// What fashion-orderview keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_FASHION_ORDERVIEW_TABLES_H_
#define MARU_SERVICES_FASHION_ORDERVIEW_TABLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/store/table.h"
#include "maru/fashion/orderview/store/v1/orderview.pb.h"

namespace maru::fashion::orderview {

// By order_id: shown.
inline constexpr maru::store::ViewTable<store::v1::Row, std::string> kShown(32, "shown");
// By order_id: waiting for OrderPlaced.
inline constexpr maru::store::ViewTable<store::v1::Row, std::string> kWaiting(33, "waiting");
// rpc::ReadersOf, order_id: shown.
inline constexpr maru::store::ViewIndex<std::string, std::string> kShownByReader(34,
                                                                                 "shown by reader");

// All of the above.
inline std::vector<uint32_t> TableNumbers() {
  return {kShown.number(), kWaiting.number(), kShownByReader.number()};
}

}  // namespace maru::fashion::orderview

#endif  // MARU_SERVICES_FASHION_ORDERVIEW_TABLES_H_
