#include "services/books/admin/domain.h"

namespace maru::books::admin {

std::optional<disk::Row> Apply(const book::v1::BookUpdated& event,
                               const std::optional<disk::Row>& row) {
  if (row.has_value() && event.revision() <= row->revision()) return std::nullopt;
  disk::Row changed;
  changed.set_book_id(event.book_id());
  changed.set_name(event.name());
  changed.set_stock(event.stock());
  changed.set_version(event.version());
  changed.set_revision(event.revision());
  return changed;
}

v1::BookView ToApi(const disk::Row& row) {
  v1::BookView shown;
  shown.set_book_id(row.book_id());
  shown.set_name(row.name());
  shown.set_stock(row.stock());
  shown.set_version(row.version());
  return shown;
}

}  // namespace maru::books::admin
