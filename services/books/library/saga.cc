#include "services/books/library/saga.h"

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "maru/books/book/v1/book.maru.h"
#include "maru/books/library/v1/events.maru.h"
#include "services/books/library/domain.h"
#include "services/books/library/tables.h"

namespace maru::books::library {
namespace {

using maru::store::Txn;
using Books = book::v1::BookServiceClient;

book::v1::ReceiveRequest ReceiveOf(const disk::Library& row) {
  book::v1::ReceiveRequest request;
  request.set_library_id(row.id());
  request.set_book_id(row.book_id());
  request.set_quantity(row.quantity());
  request.set_version(row.version());
  request.set_name(row.name());
  return request;
}

// Book may know a higher version than this row has: so does library from here on.
absl::Status OnReceived(Txn& txn, disk::Library& row, const book::v1::Book& book) {
  *row.mutable_update_time() = ToTimestamp(txn.Now());
  ASSIGN_OR_RETURN(const auto known, kKnown.Get(txn, row.book_id()));
  kKnown.Put(txn, row.book_id(), Learn(Learn(known, row.version()), book.version()));
  txn.Emit(WarehousedOf(row));
  return absl::OkStatus();
}

book::v1::SettleReceiptRequest SettleOf(const disk::Library& row) {
  book::v1::SettleReceiptRequest request;
  request.set_library_id(row.id());
  return request;
}

bool Applied(const book::v1::SettleReceiptResponse& settled) { return settled.applied(); }

absl::Status OnSettled(Txn& txn, disk::Library& row,
                       const book::v1::SettleReceiptResponse& settled) {
  return OnReceived(txn, row, settled.book());
}

void OnFailed(Txn& txn, disk::Library& row, saga::Reason) {
  *row.mutable_update_time() = ToTimestamp(txn.Now());
}

}  // namespace

saga::Definition<disk::Library, v1::Library> Warehouse(rpc::Caller& book) {
  const Books books(book);
  return {
      .name = "warehouse",
      .table = kLibraries,
      .pending = v1::Library::STATUS_PENDING,
      .done = v1::Library::STATUS_CONFIRMED,
      .rejected = v1::Library::STATUS_FAILED,
      .show = ToApi,
      .steps = {saga::Step<disk::Library>("book.Receive", books, &Books::Receive, ReceiveOf,
                                          OnReceived)
                    .SettledBy("book.SettleReceipt", books, &Books::SettleReceipt, SettleOf,
                               Applied, OnSettled)
                    .NeverRefused()
                    .AcceptedWhen([](const disk::Library& row) { return row.allow_pending(); })},
      .on_rejected = OnFailed,
  };
}

}  // namespace maru::books::library
