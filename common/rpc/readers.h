// Readers: who may see a row that concerns a customer, a store and a rider (domain.md, "Who").
//
// Such a row is listed under the name of each of its readers, and a caller lists what stands under
// any of his own names (store/merged_page.h). So what is listed is what may be read.
//
//   for (const std::string& name : rpc::ReadersOf(order)) kOrdersByReader.Put(txn, name,
//   order.id()); if (!rpc::MayRead(order, *call.identity)) return
//   options::v1::errors::NotFound("order", id);
#ifndef MARU_COMMON_RPC_READERS_H_
#define MARU_COMMON_RPC_READERS_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/rpc/call_context.h"

namespace maru::rpc {

// Settled on disk: parts of keys.
inline std::string PersonReader(std::string_view subject) {
  return "person/" + std::string(subject);
}
inline std::string StoreReader(std::string_view store_id) {
  return "store/" + std::string(store_id);
}

// The readers of a row, besides admin. It has `customer_id` and `store_id`, and may have a
// `rider_id`, which is empty before there is a rider.
template <class Row>
std::vector<std::string> ReadersOf(const Row& row) {
  std::vector<std::string> readers = {PersonReader(row.customer_id()), StoreReader(row.store_id())};
  if constexpr (requires { row.rider_id(); }) {
    if (!row.rider_id().empty()) readers.push_back(PersonReader(row.rider_id()));
  }
  return readers;
}

// The names under which a caller finds what concerns him: his own, and his stores'.
inline std::vector<std::string> ReaderNamesOf(const Identity& identity) {
  std::vector<std::string> names = {PersonReader(identity.subject)};
  if (identity.Is(options::v1::ROLE_OWNER)) {
    for (const std::string& id : identity.store_ids) names.push_back(StoreReader(id));
  }
  return names;
}

// Whether `identity` is one of the row's readers, or admin.
template <class Row>
bool MayRead(const Row& row, const Identity& identity) {
  if (identity.Is(options::v1::ROLE_ADMIN)) return true;
  const std::vector<std::string> readers = ReadersOf(row);
  const std::vector<std::string> names = ReaderNamesOf(identity);
  return std::find_first_of(names.begin(), names.end(), readers.begin(), readers.end()) !=
         names.end();
}

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_READERS_H_
