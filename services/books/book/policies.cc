#include "services/books/book/policies.h"

#include <optional>

#include "common/base/status.h"
#include "maru/books/book/v1/events.maru.h"
#include "services/books/book/domain.h"
#include "services/books/book/save.h"
#include "services/books/book/tables.h"

namespace maru::books::book {
namespace {

using event::v1::Event;
using maru::store::Txn;

absl::Status OnRenewed(Txn& txn, const Event&, const library::v1::Renewed& event) {
  ASSIGN_OR_RETURN(const auto receipt, kReceipts.Get(txn, event.library_id()));
  if (receipt.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Row book, kBooks.Get(txn, event.book_id()));
  const Received renewed = Renew(book, event, txn.Now());
  Save(txn, renewed.book);
  kReceipts.Put(txn, event.library_id(), renewed.receipt);
  return absl::OkStatus();
}

absl::Status OnDeliveryRequested(Txn& txn, const Event&,
                                 const delivery::v1::DeliveryRequested& event) {
  ASSIGN_OR_RETURN(const auto known, kIssues.Get(txn, event.reservation_id()));
  // Decided before, or its end came first.
  if (known.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Row book, kBooks.Get(txn, event.book_id()));
  const Issued issued = Issue(book, event, txn.Now());
  kIssues.Put(txn, event.reservation_id(), issued.issue);
  if (!issued.book.has_value()) {
    txn.Emit(OutOfStockOf(event));
    return absl::OkStatus();
  }
  txn.Emit(IssuedOf(event));
  Save(txn, *issued.book);
  return absl::OkStatus();
}

absl::Status OnDeliveryCanceled(Txn& txn, const Event&,
                                const delivery::v1::DeliveryCanceled& event) {
  ASSIGN_OR_RETURN(const auto known, kIssues.Get(txn, event.reservation_id()));
  ASSIGN_OR_RETURN(const Row book,
                   kBooks.Get(txn, known.has_value() ? known->book_id() : event.book_id()));
  const std::optional<Returned> returned = Return(known, book, event, txn.Now());
  if (!returned.has_value()) return absl::OkStatus();
  kIssues.Put(txn, event.reservation_id(), returned->issue);
  if (returned->book.has_value()) Save(txn, *returned->book);
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<library::v1::Renewed>("library", OnRenewed);
  on.Event<delivery::v1::DeliveryRequested>("delivery", OnDeliveryRequested);
  on.Event<delivery::v1::DeliveryCanceled>("delivery", OnDeliveryCanceled);
}

}  // namespace maru::books::book
