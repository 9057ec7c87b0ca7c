#include "services/fashion/store/store_orders.h"

#include <string>
#include <type_traits>
#include <variant>

#include "common/rpc/readers.h"
#include "maru/fashion/store/v1/events.maru.h"
#include "services/fashion/store/tables.h"

namespace maru::fashion::store {

using maru::store::Txn;

void Add(Txn& txn, const Decided& placed) {
  const disk::StoreOrder& row = placed.store_order;
  for (const std::string& reader : rpc::ReadersOf(row)) {
    kStoreOrdersByReader.Put(txn, reader, row.id());
  }
  disk::Reference reference;
  reference.set_store_order_id(row.id());
  kReferences.Put(txn, row.order_id(), reference);
  Save(txn, placed);
}

void Save(Txn& txn, const Decided& decided) {
  kStoreOrders.Put(txn, decided.store_order.id(), decided.store_order);
  std::visit(
      [&txn](const auto& event) {
        if constexpr (!std::is_same_v<decltype(event), const std::monostate&>) txn.Emit(event);
      },
      decided.event);
}

}  // namespace maru::fashion::store
