#include "tests/workload/food/town.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace maru::workload::food {

namespace {

constexpr char kDish[] = "김치찌개 ";

}  // namespace

std::string ItemNameOf(const std::string& request_id) { return absl::StrCat(kDish, request_id); }

std::string WishOf(const order::Order& order) {
  if (order.items().empty()) return "";
  absl::string_view name = order.items(0).item_name();
  return absl::ConsumePrefix(&name, kDish) ? std::string(name) : "";
}

}  // namespace maru::workload::food
