// Rows of the runtime's own tables: typed reads that name a damaged row.
#ifndef MARU_COMMON_EVENTS_ROWS_H_
#define MARU_COMMON_EVENTS_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/store/key.h"
#include "common/store/txn.h"

namespace maru::events {

inline absl::Status DamagedRow(std::string_view key) {
  return absl::DataLossError(absl::StrCat("row ", maru::store::DescribeKey(key), " is damaged"));
}

template <class P>
absl::StatusOr<P> ParseRow(std::string_view key, std::string_view value) {
  P row;
  if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) return DamagedRow(key);
  return row;
}

// nullopt where there is no row. DATA_LOSS: it is damaged; or the error of the read.
template <class P>
absl::StatusOr<std::optional<P>> ReadRow(maru::store::Reader& reader, std::string_view key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, reader.Get(key));
  if (!value.has_value()) return std::optional<P>();
  ASSIGN_OR_RETURN(P row, ParseRow<P>(key, *value));
  return std::optional<P>(std::move(row));
}

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_ROWS_H_
