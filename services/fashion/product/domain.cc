#include "services/fashion/product/domain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/service.h"
#include "google/protobuf/util/message_differencer.h"
#include "maru/fashion/product/v1/product.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::fashion::product {
namespace {

using Options = google::protobuf::RepeatedPtrField<disk::Option>;
using ApiOptions = google::protobuf::RepeatedPtrField<v1::ProductOption>;

constexpr char kDefaultCurrency[] = "KRW";

absl::Status CheckOwner(const Row& row, std::string_view id, const rpc::Identity& owner) {
  if (row.has_value() && owner.OwnsStore(row->store_id())) return absl::OkStatus();
  return options::v1::errors::NotFound("product", id);
}

absl::Status CheckSold(const Row& row, std::string_view id, const rpc::Identity& owner) {
  RETURN_IF_ERROR(CheckOwner(row, id, owner));
  return IsListed(*row) ? absl::OkStatus() : options::v1::errors::NotFound("product", id);
}

bool HasOption(const Options& options, std::string_view id) {
  return std::any_of(options.begin(), options.end(),
                     [id](const disk::Option& option) { return option.id() == id; });
}

// `wanted`; one that names the id of one of `known` keeps it, any other gets a new one.
Options OptionsOf(const ApiOptions& wanted, const Options& known, const NewId& new_id) {
  Options options;
  for (const v1::ProductOption& choice : wanted) {
    const bool kept = HasOption(known, choice.id()) && !HasOption(options, choice.id());
    disk::Option& option = *options.Add();
    option.set_id(kept ? choice.id() : new_id());
    option.set_name(choice.name());
    option.set_option_name(choice.option_name());
    option.set_description(choice.description());
  }
  return options;
}

// Copies what the mask names from the request to `row`.
absl::Status Patch(const v1::ModifyProductRequest& request, const NewId& new_id,
                   disk::Product& row) {
  const v1::Product& wanted = request.product();
  if (request.update_mask().paths().empty()) {
    return rpc::InvalidField("update_mask", "must name at least one field");
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "name") {
      if (wanted.name().empty()) return rpc::InvalidField("product.name", "must not be empty");
      row.set_name(wanted.name());
    } else if (path == "price") {
      if (wanted.price() < 1) return rpc::InvalidField("product.price", "must be more than 0");
      row.set_price(wanted.price());
    } else if (path == "image_url") {
      row.set_image_url(wanted.image_url());
    } else if (path == "options") {
      *row.mutable_options() = OptionsOf(wanted.options(), row.options(), new_id);
    } else {
      return rpc::InvalidField("update_mask", absl::StrCat("'", path, "' cannot be changed"));
    }
  }
  return absl::OkStatus();
}

// What both ProductRegistered and ProductModified tell.
template <class E>
E Described(const disk::Product& row) {
  E event;
  event.set_product_id(row.id());
  event.set_store_id(row.store_id());
  event.set_name(row.name());
  event.set_price(row.price());
  event.set_currency_code(row.currency_code());
  event.set_image_url(row.image_url());
  *event.mutable_options() = ToApi(row).options();
  return event;
}

disk::ReservationStatus Decide(const Row& product, const v1::ReserveRequest& request) {
  if (!product.has_value() || !IsListed(*product)) {
    return disk::RESERVATION_STATUS_NO_SUCH_PRODUCT;
  }
  const bool plain = product->options().empty() && request.option_id().empty();
  if (!plain && !HasOption(product->options(), request.option_id())) {
    return disk::RESERVATION_STATUS_NO_SUCH_OPTION;
  }
  if (product->stock() < request.quantity()) return disk::RESERVATION_STATUS_OUT_OF_STOCK;
  return disk::RESERVATION_STATUS_RESERVED;
}

}  // namespace

absl::StatusOr<Registered> Register(const v1::RegisterProductRequest& request,
                                    const rpc::Identity& owner, absl::Time now, std::string id,
                                    const NewId& new_id) {
  if (!owner.OwnsStore(request.store_id())) {
    return options::v1::errors::NotFound("store", request.store_id());
  }
  disk::Product row;
  row.set_id(std::move(id));
  row.set_store_id(request.store_id());
  row.set_name(request.name());
  row.set_price(request.price());
  row.set_currency_code(request.currency_code().empty() ? kDefaultCurrency
                                                        : request.currency_code());
  row.set_stock(request.stock());
  row.set_image_url(request.image_url());
  *row.mutable_options() = OptionsOf(request.options(), {}, new_id);
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  Registered result{row, Described<v1::ProductRegistered>(row)};
  result.event.set_stock(row.stock());
  return result;
}

absl::StatusOr<Modified> Modify(const Row& row, const v1::ModifyProductRequest& request,
                                const rpc::Identity& owner, absl::Time now, const NewId& new_id) {
  RETURN_IF_ERROR(CheckSold(row, request.product().id(), owner));
  Modified result{*row, std::nullopt};
  RETURN_IF_ERROR(Patch(request, new_id, result.product));
  if (google::protobuf::util::MessageDifferencer::Equals(result.product, *row)) return result;
  *result.product.mutable_update_time() = ToTimestamp(now);
  result.event = Described<v1::ProductModified>(result.product);
  return result;
}

absl::StatusOr<StockChanged> AddStock(const Row& row, const v1::AddStockRequest& request,
                                      const rpc::Identity& owner, absl::Time now) {
  RETURN_IF_ERROR(CheckSold(row, request.id(), owner));
  if (row->stock() + request.quantity() < 0) return v1::errors::OutOfStock(request.id());
  if (row->stock() + row->reserved() + row->sold() + request.quantity() > kMaxPieces) {
    return rpc::InvalidField("quantity", "would make more than 1000000000 pieces");
  }
  StockChanged result{*row, {}};
  result.product.set_stock(row->stock() + request.quantity());
  *result.product.mutable_update_time() = ToTimestamp(now);
  result.event.set_product_id(row->id());
  result.event.set_store_id(row->store_id());
  result.event.set_quantity(request.quantity());
  return result;
}

absl::StatusOr<Removed> Remove(const Row& row, std::string_view id, const rpc::Identity& owner,
                               absl::Time now) {
  RETURN_IF_ERROR(CheckOwner(row, id, owner));
  Removed result{*row, std::nullopt};
  if (!IsListed(*row)) return result;
  *result.product.mutable_remove_time() = ToTimestamp(now);
  v1::ProductRemoved& event = result.event.emplace();
  event.set_product_id(row->id());
  event.set_store_id(row->store_id());
  return result;
}

Stocked Reserve(const Row& product, const v1::ReserveRequest& request) {
  Stocked result;
  disk::Reservation& reservation = result.reservation;
  reservation.set_order_id(request.order_id());
  reservation.set_product_id(request.product_id());
  reservation.set_option_id(request.option_id());
  reservation.set_quantity(request.quantity());
  reservation.set_status(Decide(product, request));
  if (!HoldsPieces(reservation)) return result;

  reservation.set_store_id(product->store_id());
  reservation.set_product_name(product->name());
  reservation.set_unit_price(product->price());
  reservation.set_currency_code(product->currency_code());
  result.product = product;
  result.product->set_stock(product->stock() - request.quantity());
  result.product->set_reserved(product->reserved() + request.quantity());
  return result;
}

absl::StatusOr<v1::ReserveResponse> AnswerTo(const v1::ReserveRequest& request,
                                             const disk::Reservation& reservation) {
  if (reservation.status() == disk::RESERVATION_STATUS_RELEASED) {
    return v1::errors::ReservationReleased(request.order_id());
  }
  if (reservation.product_id() != request.product_id() ||
      reservation.option_id() != request.option_id() ||
      reservation.quantity() != request.quantity()) {
    return v1::errors::OrderIdReused(request.order_id());
  }
  switch (reservation.status()) {
    case disk::RESERVATION_STATUS_OUT_OF_STOCK:
      return v1::errors::OutOfStock(request.product_id());
    case disk::RESERVATION_STATUS_NO_SUCH_PRODUCT:
      return v1::errors::NoSuchProduct(request.product_id());
    case disk::RESERVATION_STATUS_NO_SUCH_OPTION:
      return v1::errors::NoSuchOption(request.product_id(), request.option_id());
    default:
      break;
  }
  v1::ReserveResponse response;
  response.set_store_id(reservation.store_id());
  response.set_product_name(reservation.product_name());
  response.set_unit_price(reservation.unit_price());
  response.set_currency_code(reservation.currency_code());
  return response;
}

bool HoldsPieces(const disk::Reservation& reservation) {
  return reservation.status() == disk::RESERVATION_STATUS_RESERVED ||
         reservation.status() == disk::RESERVATION_STATUS_SOLD;
}

std::optional<Stocked> Sell(const disk::Reservation& reservation, const disk::Product& product) {
  if (reservation.status() != disk::RESERVATION_STATUS_RESERVED) return std::nullopt;
  Stocked result{reservation, product};
  result.reservation.set_status(disk::RESERVATION_STATUS_SOLD);
  result.product->set_reserved(product.reserved() - reservation.quantity());
  result.product->set_sold(product.sold() + reservation.quantity());
  return result;
}

std::optional<Stocked> PutBack(const disk::Reservation& reservation, const disk::Product& product) {
  if (!HoldsPieces(reservation)) return std::nullopt;
  Stocked result{reservation, product};
  result.reservation.set_status(disk::RESERVATION_STATUS_RELEASED);
  if (reservation.status() == disk::RESERVATION_STATUS_RESERVED) {
    result.product->set_reserved(product.reserved() - reservation.quantity());
  } else {
    result.product->set_sold(product.sold() - reservation.quantity());
  }
  result.product->set_stock(product.stock() + reservation.quantity());
  return result;
}

disk::Reservation Fence(std::string_view order_id) {
  disk::Reservation reservation;
  reservation.set_order_id(std::string(order_id));
  reservation.set_status(disk::RESERVATION_STATUS_RELEASED);
  return reservation;
}

bool IsListed(const disk::Product& row) { return !row.has_remove_time(); }

v1::Product ToApi(const disk::Product& row) {
  v1::Product shown;
  shown.set_id(row.id());
  shown.set_store_id(row.store_id());
  shown.set_name(row.name());
  shown.set_price(row.price());
  shown.set_currency_code(row.currency_code());
  shown.set_stock(row.stock());
  shown.set_reserved(row.reserved());
  shown.set_sold(row.sold());
  shown.set_image_url(row.image_url());
  for (const disk::Option& option : row.options()) {
    v1::ProductOption& choice = *shown.add_options();
    choice.set_id(option.id());
    choice.set_name(option.name());
    choice.set_option_name(option.option_name());
    choice.set_description(option.description());
  }
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::fashion::product
