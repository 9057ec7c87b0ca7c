#include "services/fashion/product/reservations.h"

#include <optional>

#include "common/base/status.h"
#include "services/fashion/product/tables.h"

namespace maru::fashion::product {
namespace {

using maru::store::Txn;

void Save(Txn& txn, const Stocked& stocked) {
  kReservations.Put(txn, stocked.reservation.order_id(), stocked.reservation);
  if (stocked.product.has_value()) kProducts.Put(txn, stocked.product->id(), *stocked.product);
}

// Applies Sell or PutBack to what the order holds, if anything.
absl::Status Move(Txn& txn, const disk::Reservation& reservation,
                  std::optional<Stocked> (*rule)(const disk::Reservation&, const disk::Product&)) {
  if (!HoldsPieces(reservation)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Row product, kProducts.Get(txn, reservation.product_id()));
  if (!product.has_value()) {
    return maru::store::DamagedRow(kProducts.name(), kProducts.KeyOf(reservation.product_id()));
  }
  const std::optional<Stocked> stocked = rule(reservation, *product);
  if (stocked.has_value()) Save(txn, *stocked);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<disk::Reservation> ReserveOnce(Txn& txn, const v1::ReserveRequest& request) {
  ASSIGN_OR_RETURN(const auto known, kReservations.Get(txn, request.order_id()));
  if (known.has_value()) return *known;
  ASSIGN_OR_RETURN(const Row product, kProducts.Get(txn, request.product_id()));
  const Stocked stocked = Reserve(product, request);
  Save(txn, stocked);
  return stocked.reservation;
}

absl::Status SellOnce(Txn& txn, const std::string& order_id) {
  ASSIGN_OR_RETURN(const auto known, kReservations.Get(txn, order_id));
  if (!known.has_value()) {
    return absl::FailedPreconditionError("an order was placed that never reserved");
  }
  return Move(txn, *known, Sell);
}

absl::Status PutBackOnce(Txn& txn, const std::string& order_id) {
  ASSIGN_OR_RETURN(const auto known, kReservations.Get(txn, order_id));
  if (known.has_value()) return Move(txn, *known, PutBack);
  kReservations.Put(txn, order_id, Fence(order_id));
  return absl::OkStatus();
}

}  // namespace maru::fashion::product
