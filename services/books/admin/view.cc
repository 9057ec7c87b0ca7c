#include "services/books/admin/view.h"

#include <optional>

#include "absl/time/time.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/books/admin/domain.h"
#include "services/books/admin/tables.h"

namespace maru::books::admin {
namespace {

absl::Status OnBookUpdated(events::ViewContext view, const event::v1::Event&,
                           const book::v1::BookUpdated& event) {
  const auto books = kBooks.At(view.generation);
  ASSIGN_OR_RETURN(const auto row, books.Get(view.txn, event.book_id()));
  const std::optional<disk::Row> changed = Apply(event, row);
  if (!changed.has_value()) return absl::OkStatus();
  books.Put(view.txn, event.book_id(), *changed);
  if (!row.has_value()) {
    const int64_t age = absl::ToUnixMicros(FromTimestamp(event.create_time()));
    kBooksByAge.At(view.generation).Put(view.txn, age, event.book_id());
  }
  return absl::OkStatus();
}

}  // namespace

void AddView(events::View& on) { on.Event<book::v1::BookUpdated>("book", OnBookUpdated); }

}  // namespace maru::books::admin
