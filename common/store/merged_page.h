// Pages of a list that is merged of several: rows that an index has under any of some names.
#ifndef MARU_COMMON_STORE_MERGED_PAGE_H_
#define MARU_COMMON_STORE_MERGED_PAGE_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

// The next page of the rows of `table` that `index` has under any of `names`, in descending order
// of their keys, each once; rows for which `shown(const P&)` is false are left out, so a page may
// be short while there are more. A name costs a seek and what a page holds. Errors as of ListPage.
template <class P, class K, class Shown>
absl::StatusOr<Page<typename Table<P, K>::Row>> ListMergedPage(
    Reader& reader, const Index<std::string, K>& index, const Table<P, K>& table,
    const PageRequest& request, const std::vector<std::string>& names, Shown shown) {
  std::optional<std::tuple<K>> last;
  if (!request.token.empty()) {
    ASSIGN_OR_RETURN(const std::string key,
                     ReadPageToken(request.token, request.fingerprint, table.Range()));
    if (!table.Decode(key, last.emplace())) return options::v1::errors::InvalidPageToken();
  }
  const size_t size = PageSizeOf(request);
  std::set<K, std::greater<K>> keys;
  for (const std::string& name : names) {
    // One more than the page shows, to know whether there is a next one.
    ScanOptions options{.direction = Direction::kReverse, .limit = size + 1};
    if (last.has_value()) options.after = index.KeyOf(name, std::get<0>(*last));
    ASSIGN_OR_RETURN(const auto tuples, index.Scan(reader, options, name));
    for (const std::tuple<std::string, K>& tuple : tuples) keys.insert(std::get<1>(tuple));
  }
  Page<typename Table<P, K>::Row> page;
  size_t seen = 0;
  for (auto key = keys.begin(); key != keys.end() && seen < size; ++key, ++seen) {
    ASSIGN_OR_RETURN(std::optional<P> row, table.Get(reader, *key));
    if (!row.has_value()) return DamagedRow(table.name(), table.KeyOf(*key));
    if (seen + 1 == size && keys.size() > size) {
      page.next_page_token = MakePageToken(table.KeyOf(*key), request.fingerprint);
    }
    if (shown(std::as_const(*row))) page.rows.push_back({{*key}, *std::move(row)});
  }
  return page;
}

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_MERGED_PAGE_H_
