#include "services/books/library/domain.h"

#include <utility>

#include "common/base/decimal.h"
#include "common/base/timestamp.h"
#include "maru/books/library/v1/library.maru.h"

namespace maru::books::library {
namespace {

// What both commands say.
template <class Request>
disk::Library RowOf(const Request& request, absl::Time now, std::string id) {
  disk::Library row;
  row.set_id(std::move(id));
  row.set_book_id(request.book_id());
  row.set_version(request.version());
  row.set_name(request.name());
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

}  // namespace

disk::Library TakeIn(const v1::WarehouseRequest& request, absl::Time now, std::string id) {
  disk::Library row = RowOf(request, now, std::move(id));
  row.set_kind(v1::Library::KIND_WAREHOUSED);
  row.set_quantity(request.quantity());
  row.set_allow_pending(request.allow_pending());
  return row;
}

v1::Warehoused WarehousedOf(const disk::Library& row) {
  v1::Warehoused event;
  event.set_library_id(row.id());
  event.set_book_id(row.book_id());
  event.set_quantity(row.quantity());
  event.set_version(row.version());
  event.set_name(row.name());
  return event;
}

absl::StatusOr<Renewal> Renew(const std::optional<disk::Known>& known,
                              const v1::RenewRequest& request, absl::Time now, std::string id) {
  if (known.has_value() && CompareDecimals(request.version(), known->version()) <= 0) {
    return v1::errors::VersionNotNewer(request.book_id(), known->version());
  }
  Renewal renewal{RowOf(request, now, std::move(id)), {}};
  renewal.row.set_kind(v1::Library::KIND_RENEWED);
  renewal.row.set_status(v1::Library::STATUS_CONFIRMED);
  renewal.event.set_library_id(renewal.row.id());
  renewal.event.set_book_id(renewal.row.book_id());
  renewal.event.set_version(renewal.row.version());
  renewal.event.set_name(renewal.row.name());
  return renewal;
}

disk::Known Learn(const std::optional<disk::Known>& known, std::string_view version) {
  disk::Known learned = known.value_or(disk::Known());
  if (CompareDecimals(version, learned.version()) > 0) learned.set_version(std::string(version));
  return learned;
}

v1::Library ToApi(const disk::Library& row) {
  v1::Library shown;
  shown.set_id(row.id());
  shown.set_book_id(row.book_id());
  shown.set_quantity(row.quantity());
  shown.set_version(row.version());
  shown.set_kind(row.kind());
  shown.set_status(row.status());
  shown.set_name(row.name());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::books::library
