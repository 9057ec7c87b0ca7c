#include "services/datecourse/communication/listing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/datecourse/communication/domain.h"
#include "services/datecourse/communication/tables.h"

namespace maru::datecourse::communication {
namespace {

using maru::store::Direction;
using maru::store::Page;
using maru::store::PageRequest;
using maru::store::Reader;
using maru::store::ScanOptions;
using Row = disk::Communication;
using Ids = std::vector<std::string>;

// Where a page of ids begins, and how many one looks for: one more than it shows, to know whether
// there is a next page.
struct Window {
  // Ids below this one; empty: from the newest on.
  std::string after;
  size_t size = 0;

  bool Has(std::string_view id) const { return after.empty() || id < after; }
  ScanOptions Scan(std::string after_key) const {
    return {.direction = Direction::kReverse,
            .limit = size + 1,
            .after = after.empty() ? std::string() : std::move(after_key)};
  }
};

// Whatever index serves a list, its tokens name the last row by its key in the table.
absl::StatusOr<Window> WindowOf(const PageRequest& request) {
  Window window;
  window.size = maru::store::PageSizeOf(request);
  if (request.token.empty()) return window;
  ASSIGN_OR_RETURN(
      const std::string key,
      maru::store::ReadPageToken(request.token, request.fingerprint, kCommunications.Range()));
  std::tuple<std::string> id;
  if (!kCommunications.Decode(key, id)) return options::v1::errors::InvalidPageToken();
  window.after = std::get<0>(id);
  return window;
}

absl::StatusOr<Ids> Comments(Reader& reader, const std::string& schedule_id, const Window& window) {
  const ScanOptions options = window.Scan(kCommentsBySchedule.KeyOf(schedule_id, window.after));
  ASSIGN_OR_RETURN(const auto found, kCommentsBySchedule.Scan(reader, options, schedule_id));
  Ids ids;
  for (const auto& key : found) ids.push_back(std::get<1>(key));
  return ids;
}

absl::StatusOr<Ids> Entries(Reader& reader, const std::string& customer, Row::Kind kind,
                            const Window& window) {
  const uint32_t number = kind;
  const ScanOptions options = window.Scan(kEntriesByCustomer.KeyOf(customer, number, window.after));
  ASSIGN_OR_RETURN(const auto found, kEntriesByCustomer.Scan(reader, options, customer, number));
  Ids ids;
  for (const auto& key : found) ids.push_back(std::get<2>(key));
  return ids;
}

// The rows of `ids`, which are in order, as far as the page goes.
absl::StatusOr<Page<Row>> Fetch(Reader& reader, const Ids& ids, const Window& window,
                                uint64_t fingerprint) {
  Page<Row> page;
  for (const std::string& id : ids) {
    if (page.rows.size() == window.size) {
      page.next_page_token =
          maru::store::MakePageToken(kCommunications.KeyOf(page.rows.back().id()), fingerprint);
      break;
    }
    ASSIGN_OR_RETURN(std::optional<Row> row, kCommunications.Get(reader, id));
    if (!row.has_value()) {
      return maru::store::DamagedRow(kCommunications.name(), kCommunications.KeyOf(id));
    }
    page.rows.push_back(*std::move(row));
  }
  return page;
}

// What one person sees of one schedule: its comments and the person's own bookmark and like.
absl::StatusOr<Ids> OfSchedule(Reader& reader, const std::string& customer, const Filter& filter,
                               const Window& window) {
  const auto wanted = [&filter](Row::Kind kind) {
    return filter.kind == Row::KIND_UNSPECIFIED || filter.kind == kind;
  };
  Ids ids;
  if (wanted(Row::KIND_COMMENT)) {
    ASSIGN_OR_RETURN(ids, Comments(reader, filter.schedule_id, window));
  }
  for (const Row::Kind kind : {Row::KIND_BOOKMARK, Row::KIND_LIKE}) {
    if (!wanted(kind)) continue;
    ASSIGN_OR_RETURN(const auto entry,
                     kActiveEntries.Get(reader, customer, filter.schedule_id, kind));
    if (entry.has_value() && window.Has(entry->communication_id())) {
      ids.push_back(entry->communication_id());
    }
  }
  std::sort(ids.begin(), ids.end(), std::greater<>());
  return ids;
}

// Walks all rows, for filters that no index answers.
absl::StatusOr<Page<Row>> Walk(Reader& reader, const rpc::Identity& actor, const Filter& filter,
                               const PageRequest& request) {
  const auto matches = [&actor, &filter](const Row& row) {
    return row.active() && MayRead(row, actor) &&
           (filter.schedule_id.empty() || filter.schedule_id == row.schedule_id()) &&
           (filter.kind == Row::KIND_UNSPECIFIED || filter.kind == row.kind());
  };
  ASSIGN_OR_RETURN(auto found, ListPage(reader, kCommunications, request, matches));
  Page<Row> page;
  for (auto& row : found.rows) page.rows.push_back(std::move(row.value));
  page.next_page_token = std::move(found.next_page_token);
  return page;
}

}  // namespace

absl::StatusOr<Page<Row>> List(Reader& reader, const rpc::Identity& actor, const Filter& filter,
                               const PageRequest& request) {
  const bool admin = actor.Is(options::v1::ROLE_ADMIN);
  const bool comments = filter.kind == Row::KIND_COMMENT;
  const bool of_schedule = !filter.schedule_id.empty() && (comments || !admin);
  const bool own = !comments && filter.kind != Row::KIND_UNSPECIFIED && !admin;
  if (!of_schedule && !own) return Walk(reader, actor, filter, request);

  ASSIGN_OR_RETURN(const Window window, WindowOf(request));
  ASSIGN_OR_RETURN(const Ids ids, of_schedule
                                      ? OfSchedule(reader, actor.subject, filter, window)
                                      : Entries(reader, actor.subject, filter.kind, window));
  return Fetch(reader, ids, window, request.fingerprint);
}

}  // namespace maru::datecourse::communication
