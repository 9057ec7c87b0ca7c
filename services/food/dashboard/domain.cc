#include "services/food/dashboard/domain.h"

#include <optional>

#include "common/base/base64url.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::food::dashboard {
namespace {

using View = v1::OrderView;

void Add(Status status, const Time& time,
         google::protobuf::RepeatedPtrField<disk::Change>& changes) {
  disk::Change& change = *changes.Add();
  change.set_status(status);
  *change.mutable_time() = time;
}

// Shows the latest status that was heard of, unless it is shown. What it overtook is never shown.
void Raise(disk::Row& row) {
  const disk::Change* latest = &row.heard(0);
  for (const disk::Change& change : row.heard()) {
    if (change.status() > latest->status()) latest = &change;
  }
  if (row.shown().empty() || latest->status() > StatusOf(row)) {
    Add(latest->status(), latest->time(), *row.mutable_shown());
  }
}

// Where the view has the time of a status.
Time* TimeOf(Status status, View& view) {
  switch (status) {
    case View::STATUS_PAID:
      return view.mutable_order_time();
    case View::STATUS_ACCEPTED:
      return view.mutable_accept_time();
    case View::STATUS_COOKING:
      return view.mutable_cook_start_time();
    case View::STATUS_COOKED:
      return view.mutable_cook_finish_time();
    case View::STATUS_DELIVERING:
      return view.mutable_delivery_start_time();
    case View::STATUS_PICKED_UP:
      return view.mutable_pickup_time();
    case View::STATUS_DELIVERED:
      return view.mutable_complete_time();
    case View::STATUS_CANCELED:
      return view.mutable_cancel_time();
    case View::STATUS_STORE_REJECTED:
      return view.mutable_reject_time();
    case View::STATUS_REFUNDED:
      return view.mutable_refund_time();
    default:
      return nullptr;
  }
}

}  // namespace

void Show(const order::v1::OrderPlaced& event, const Time& time, disk::Row& row) {
  if (IsShown(row)) return;
  row.set_customer_id(event.customer_id());
  row.set_store_id(event.store_id());
  row.set_store_name(event.store_name());
  for (const order::v1::OrderItem& item : event.items()) {
    disk::Item& line = *row.add_items();
    line.set_item_name(item.item_name());
    line.set_quantity(item.quantity());
    line.set_unit_price(item.unit_price());
  }
  row.set_price(event.price());
  row.set_currency_code(event.currency_code());
  Add(View::STATUS_PAID, time, *row.mutable_heard());
  Raise(row);
}

void Hear(Status status, const Time& time, disk::Row& row) {
  for (const disk::Change& change : row.heard()) {
    if (change.status() == status) return;
  }
  Add(status, time, *row.mutable_heard());
  if (IsShown(row)) Raise(row);
}

bool IsShown(const disk::Row& row) { return !row.shown().empty(); }

Status StatusOf(const disk::Row& row) { return row.shown(row.shown_size() - 1).status(); }

v1::OrderView ToApi(const disk::Row& row) {
  View view;
  view.set_order_id(row.order_id());
  view.set_store_name(row.store_name());
  for (const disk::Item& line : row.items()) {
    v1::OrderViewItem& item = *view.add_items();
    item.set_item_name(line.item_name());
    item.set_quantity(line.quantity());
    item.set_unit_price(line.unit_price());
  }
  view.set_price(row.price());
  view.set_currency_code(row.currency_code());
  view.set_status(StatusOf(row));
  for (const disk::Change& change : row.heard()) {
    if (Time* time = TimeOf(change.status(), view); time != nullptr) *time = change.time();
  }
  return view;
}

std::vector<v1::WatchOrderResponse> NewsAfter(Status last, const disk::Row& row) {
  std::vector<v1::WatchOrderResponse> news;
  for (const disk::Change& change : row.shown()) {
    if (change.status() <= last) continue;
    v1::WatchOrderResponse& response = news.emplace_back();
    response.set_status(change.status());
    *response.mutable_change_time() = change.time();
    *response.mutable_order_view() = ToApi(row);
    response.set_resume_position(EncodeWatchPosition(row.order_id(), change.status()));
  }
  return news;
}

bool IsLast(Status status) {
  return status == View::STATUS_DELIVERED || status == View::STATUS_REFUNDED;
}

std::string EncodeWatchPosition(std::string_view order_id, Status status) {
  disk::WatchPosition position;
  position.set_order_id(std::string(order_id));
  position.set_status(status);
  return EncodeBase64Url(position.SerializeAsString());
}

absl::StatusOr<Status> DecodeWatchPosition(const std::string& position, std::string_view order_id) {
  if (position.empty()) return View::STATUS_UNSPECIFIED;
  const std::optional<std::string> bytes = DecodeBase64Url(position);
  disk::WatchPosition parsed;
  const bool known = bytes.has_value() && parsed.ParseFromString(*bytes) &&
                     parsed.order_id() == order_id && View::Status_IsValid(parsed.status()) &&
                     parsed.status() != View::STATUS_UNSPECIFIED;
  if (!known) return options::v1::errors::InvalidPosition();
  return parsed.status();
}

}  // namespace maru::food::dashboard
