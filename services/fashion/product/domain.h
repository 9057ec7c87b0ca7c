// The rules of products and their stock (domain.md, section 5). Pure: no I/O, no clock, no ids of
// its own. Whatever moves pieces moves them between stock, reserved and sold of one product; only
// its owner changes their sum.
#ifndef MARU_SERVICES_FASHION_PRODUCT_DOMAIN_H_
#define MARU_SERVICES_FASHION_PRODUCT_DOMAIN_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/fashion/product/store/v1/product.pb.h"
#include "maru/fashion/product/v1/events.pb.h"
#include "maru/fashion/product/v1/product.pb.h"

namespace maru::fashion::product {

namespace disk = store::v1;

using Row = std::optional<disk::Product>;
// Ids of options.
using NewId = std::function<std::string()>;

// Most pieces of one product, wherever they are.
inline constexpr int64_t kMaxPieces = 1'000'000'000;

struct Registered {
  disk::Product product;
  v1::ProductRegistered event;
};

struct Modified {
  disk::Product product;
  // Absent when nothing changed.
  std::optional<v1::ProductModified> event;
};

struct StockChanged {
  disk::Product product;
  v1::StockAdded event;
};

struct Removed {
  disk::Product product;
  // Absent when it had been removed before.
  std::optional<v1::ProductRemoved> event;
};

// --- What owners do ---
// NOT_FOUND/NOT_FOUND: no row, removed, or of a store that is not the owner's.

absl::StatusOr<Registered> Register(const v1::RegisterProductRequest& request,
                                    const rpc::Identity& owner, absl::Time now, std::string id,
                                    const NewId& new_id);
// INVALID_ARGUMENT/INVALID_FIELD: the mask is empty or names another field, or a value is empty.
absl::StatusOr<Modified> Modify(const Row& row, const v1::ModifyProductRequest& request,
                                const rpc::Identity& owner, absl::Time now, const NewId& new_id);
// FAILED_PRECONDITION/OUT_OF_STOCK: fewer are in stock than are taken out.
// INVALID_ARGUMENT/INVALID_FIELD: more than kMaxPieces.
absl::StatusOr<StockChanged> AddStock(const Row& row, const v1::AddStockRequest& request,
                                      const rpc::Identity& owner, absl::Time now);
// Removed before: the same row.
absl::StatusOr<Removed> Remove(const Row& row, std::string_view id, const rpc::Identity& owner,
                               absl::Time now);

// --- What orders do ---

// What was decided about an order, and the product after it; absent: it does not change.
struct Stocked {
  disk::Reservation reservation;
  std::optional<disk::Product> product;
};

// The first time that an order asks: reserved, or refused for good.
Stocked Reserve(const Row& product, const v1::ReserveRequest& request);
// What the order is told, the first time and whenever it asks again.
absl::StatusOr<v1::ReserveResponse> AnswerTo(const v1::ReserveRequest& request,
                                             const disk::Reservation& reservation);
// Whether its pieces are in `reserved` or `sold` of the product.
bool HoldsPieces(const disk::Reservation& reservation);
// OrderPlaced: reserved → sold. nullopt: they are not reserved (any more).
std::optional<Stocked> Sell(const disk::Reservation& reservation, const disk::Product& product);
// Release, DeliveryCanceled: back to the stock, once. nullopt: it holds no pieces.
std::optional<Stocked> PutBack(const disk::Reservation& reservation, const disk::Product& product);
// The end of an order that is not known: it never begins.
disk::Reservation Fence(std::string_view order_id);

// --- Reads ---

// Whether it is sold: a removed product is nobody's to see.
bool IsListed(const disk::Product& row);
// The product as anybody sees it.
v1::Product ToApi(const disk::Product& row);

}  // namespace maru::fashion::product

#endif  // MARU_SERVICES_FASHION_PRODUCT_DOMAIN_H_
