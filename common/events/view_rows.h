// ViewRows: the rows of a view about what other contexts own. A row is shown once its owner's
// creating event has come; what is heard earlier waits in it unseen (domain.md, "Views never go
// back").
//
//   constexpr events::ViewRows kRows(kShown, kWaiting, IsShown);
//
//   ASSIGN_OR_RETURN(const auto kept, kRows.Update(view, event.order_id(), [&](disk::Row& row) {
//     row.set_order_id(event.order_id());
//     Apply(event, row);
//   }));
//   if (kept.is_new) kShownByCustomer.At(view.generation).Put(view.txn, …);
#ifndef MARU_COMMON_EVENTS_VIEW_ROWS_H_
#define MARU_COMMON_EVENTS_VIEW_ROWS_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/events/handlers.h"
#include "common/store/table.h"

namespace maru::events {

template <class Row>
class ViewRows {
 public:
  using Table = maru::store::ViewTable<Row, std::string>;

  // The tables are constants. `is_shown`: whether the creating event is in the row.
  constexpr ViewRows(const Table& shown, const Table& waiting, bool (*is_shown)(const Row&))
      : shown_(shown), waiting_(waiting), is_shown_(is_shown) {}

  struct Kept {
    Row row;
    bool is_shown = false;
    // Shown for the first time: what lists rows must learn of it.
    bool is_new = false;
  };

  // Applies `rule(Row&)` to the row of `id` and keeps it where it belongs. The row is empty where
  // nothing was heard of `id`; one that is shown stays shown. Errors: what the store gives.
  template <class Rule>
  absl::StatusOr<Kept> Update(ViewContext view, const std::string& id, Rule rule) const {
    const auto shown = shown_.At(view.generation);
    const auto waiting = waiting_.At(view.generation);
    ASSIGN_OR_RETURN(std::optional<Row> row, shown.Get(view.txn, id));
    const bool was_shown = row.has_value();
    if (!was_shown) {
      ASSIGN_OR_RETURN(row, waiting.Get(view.txn, id));
    }
    const bool waited = !was_shown && row.has_value();
    Kept kept{std::move(row).value_or(Row())};
    rule(kept.row);
    kept.is_shown = is_shown_(kept.row);
    kept.is_new = kept.is_shown && !was_shown;
    MARU_CHECK(kept.is_shown || !was_shown);
    (kept.is_shown ? shown : waiting).Put(view.txn, id, kept.row);
    if (kept.is_new && waited) waiting.Delete(view.txn, id);
    return kept;
  }

 private:
  const Table& shown_;
  const Table& waiting_;
  bool (*is_shown_)(const Row&);
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_VIEW_ROWS_H_
