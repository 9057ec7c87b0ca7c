#include "common/base/decimal.h"

namespace maru {
namespace {

struct Decimal {
  // Without leading zeros; so the longer one is the greater one.
  std::string_view whole;
  // Without trailing zeros; so texts order as numbers do.
  std::string_view fraction;
};

Decimal Split(std::string_view text) {
  const size_t point = text.find('.');
  Decimal number{text.substr(0, point), {}};
  if (point != std::string_view::npos) number.fraction = text.substr(point + 1);
  while (number.whole.starts_with('0')) number.whole.remove_prefix(1);
  while (number.fraction.ends_with('0')) number.fraction.remove_suffix(1);
  return number;
}

}  // namespace

std::weak_ordering CompareDecimals(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return !a.empty() <=> !b.empty();
  const Decimal left = Split(a);
  const Decimal right = Split(b);
  if (left.whole.size() != right.whole.size()) return left.whole.size() <=> right.whole.size();
  if (const auto order = left.whole <=> right.whole; order != 0) return order;
  return left.fraction <=> right.fraction;
}

}  // namespace maru
