// Pages of a list, newest first: what every List method does.
//
//   const PageRequest page = PageRequestOf(call, request, {request.schedule_id()});
//   return store_.Read([page](Reader& reader) -> absl::StatusOr<ListReviewsResponse> {
//     ASSIGN_OR_RETURN(const auto found, ListPage(reader, kReviews, page, IsActive));
//     return ToListResponse(found, &ListReviewsResponse::mutable_reviews, ToApi);
//   });
//
// A page token names the last row that was shown, so a page is right whatever was added or deleted
// meanwhile: nothing is shown twice or left out. It carries a fingerprint of its list and a
// checksum; it is no secret and grants nothing: rows outside of the list's prefix are out of its
// reach.
#ifndef MARU_COMMON_STORE_PAGE_H_
#define MARU_COMMON_STORE_PAGE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/rpc/call_context.h"
#include "common/store/table.h"
#include "google/protobuf/repeated_field.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

// When a request says 0.
inline constexpr int32_t kDefaultPageSize = 50;
// Largest page (domain.md, "Get, list, delete").
inline constexpr int32_t kMaxPageSize = 1000;
// Rows that one page looks at: a filter that lets little through gets a short page and a token
// instead of a long wait.
inline constexpr size_t kMaxRowsPerPage = 20'000;
static_assert(kMaxRowsPerPage >= kMaxPageSize, "an unfiltered list fills its pages");

// What a token is bound to: the method and all that selects its rows.
uint64_t ListFingerprint(std::string_view method, std::initializer_list<std::string_view> filters);

struct PageRequest {
  // 0: kDefaultPageSize. What is negative or above kMaxPageSize was refused before, by the field's
  // rules.
  int32_t size = 0;
  // Of the page before; empty: the first page.
  std::string token = {};
  uint64_t fingerprint = 0;
};

// What a List request asks for. `filters` are all of its fields that select rows.
template <class Request>
PageRequest PageRequestOf(const rpc::CallContext& call, const Request& request,
                          std::initializer_list<std::string_view> filters) {
  return {.size = request.page_size(),
          .token = request.page_token(),
          .fingerprint = ListFingerprint(call.method, filters)};
}

inline size_t PageSizeOf(const PageRequest& request) {
  return static_cast<size_t>(request.size > 0 ? request.size : kDefaultPageSize);
}

template <class Row>
struct Page {
  std::vector<Row> rows;
  // Empty: this was the last page.
  std::string next_page_token;
};

// The page as the response of a List method: `rows` is where it lists them (its mutable_…), and
// `show(row)` makes what it shows of a row of the table.
template <class Response, class Shown, class Row, class Show>
Response ToListResponse(const Page<Row>& page,
                        google::protobuf::RepeatedPtrField<Shown>* (Response::*rows)(), Show show) {
  Response response;
  for (const Row& row : page.rows) {
    if constexpr (requires { row.value; }) {
      *(response.*rows)()->Add() = show(row.value);
    } else {
      *(response.*rows)()->Add() = show(row);
    }
  }
  response.set_next_page_token(page.next_page_token);
  return response;
}

// The token that continues behind `last_key`; and back. INVALID_ARGUMENT/INVALID_PAGE_TOKEN:
// damaged, of another list, or naming a key outside of `range`.
std::string MakePageToken(std::string_view last_key, uint64_t fingerprint);
absl::StatusOr<std::string> ReadPageToken(const std::string& token, uint64_t fingerprint,
                                          const KeyRange& range);

// The token that continues behind a row of `space`. It names the row without its generation: a list
// goes on where it was although a rebuilt copy of the view has taken over meanwhile.
template <class... Key>
std::string TokenBehind(const KeySpace<Key...>& space, const std::tuple<Key...>& row,
                        const PageRequest& request) {
  const KeySpace<Key...> plain(space.number(), space.name());
  return MakePageToken(
      std::apply([&plain](const Key&... part) { return plain.KeyOf(part...); }, row),
      request.fingerprint);
}

// The key of the row that the request's token names. INVALID_ARGUMENT/INVALID_PAGE_TOKEN.
template <class... Key, class... Prefix>
absl::StatusOr<std::string> KeyOfToken(const KeySpace<Key...>& space, const PageRequest& request,
                                       const Prefix&... prefix) {
  const KeySpace<Key...> plain(space.number(), space.name());
  ASSIGN_OR_RETURN(const std::string key,
                   ReadPageToken(request.token, request.fingerprint, plain.Range(prefix...)));
  std::tuple<Key...> row;
  if (!plain.Decode(key, row)) return options::v1::errors::InvalidPageToken();
  return std::apply([&space](const Key&... part) { return space.KeyOf(part...); }, row);
}

// The next page of the rows under `prefix` for which `shown(const P&)`, in descending order of
// their keys. Errors of the reader; INVALID_ARGUMENT/INVALID_PAGE_TOKEN.
template <class P, class... Key, class Shown, class... Prefix>
absl::StatusOr<Page<typename Table<P, Key...>::Row>> ListPage(Reader& reader,
                                                              const Table<P, Key...>& table,
                                                              const PageRequest& request,
                                                              Shown shown,
                                                              const Prefix&... prefix) {
  using TableT = Table<P, Key...>;
  ScanOptions options{.direction = Direction::kReverse, .limit = kMaxRowsPerPage};
  if (!request.token.empty()) {
    ASSIGN_OR_RETURN(options.after, KeyOfToken<Key...>(table, request, prefix...));
  }
  const size_t size = PageSizeOf(request);
  Page<typename TableT::Row> page;
  size_t seen = 0;
  typename TableT::Tuple last;
  bool more = false;
  const auto visit = [&](const typename TableT::Tuple& key, P& row) {
    // One row beyond a full page, to know whether there is a next one.
    more = page.rows.size() == size;
    if (more) return false;
    ++seen;
    last = key;
    if (shown(std::as_const(row))) page.rows.push_back({key, std::move(row)});
    return true;
  };
  RETURN_IF_ERROR(table.ForEach(reader, options, visit, prefix...));
  if (more || seen == kMaxRowsPerPage) {
    page.next_page_token = TokenBehind<Key...>(table, last, request);
  }
  return page;
}

// The same for the rows of `table` that `index` has under `prefix`; the last part of the index's
// tuple is the row's key. DATA_LOSS where a row is missing.
template <class P, class K, class... Key, class... Prefix>
absl::StatusOr<Page<typename Table<P, K>::Row>> ListPage(Reader& reader, const Index<Key...>& index,
                                                         const Table<P, K>& table,
                                                         const PageRequest& request,
                                                         const Prefix&... prefix) {
  const size_t size = PageSizeOf(request);
  // One more than the page shows, to know whether there is a next one.
  ScanOptions options{.direction = Direction::kReverse, .limit = size + 1};
  if (!request.token.empty()) {
    ASSIGN_OR_RETURN(options.after, KeyOfToken<Key...>(index, request, prefix...));
  }
  ASSIGN_OR_RETURN(auto tuples, index.Scan(reader, options, prefix...));
  Page<typename Table<P, K>::Row> page;
  if (tuples.size() > size) {
    tuples.resize(size);
    page.next_page_token = TokenBehind<Key...>(index, tuples.back(), request);
  }
  for (const std::tuple<Key...>& tuple : tuples) {
    const K& key = std::get<sizeof...(Key) - 1>(tuple);
    ASSIGN_OR_RETURN(std::optional<P> row, table.Get(reader, key));
    if (!row.has_value()) return DamagedRow(table.name(), table.KeyOf(key));
    page.rows.push_back({{key}, *std::move(row)});
  }
  return page;
}

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_PAGE_H_
