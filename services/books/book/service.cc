#include "services/books/book/service.h"

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/books/book/domain.h"
#include "services/books/book/save.h"
#include "services/books/book/tables.h"

namespace maru::books::book {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

absl::StatusOr<v1::Book> ReceiveOnce(Txn& txn, const v1::ReceiveRequest& request) {
  ASSIGN_OR_RETURN(const auto receipt, kReceipts.Get(txn, request.library_id()));
  if (receipt.has_value()) RETURN_IF_ERROR(CheckRepeat(*receipt, request));
  ASSIGN_OR_RETURN(const Row book, kBooks.Get(txn, request.book_id()));
  if (receipt.has_value()) return ToApi(*book);
  const Received received = Receive(book, request, txn.Now());
  Save(txn, received.book);
  kReceipts.Put(txn, request.library_id(), received.receipt);
  return ToApi(received.book);
}

absl::StatusOr<v1::SettleReceiptResponse> Settle(Txn& txn,
                                                 const v1::SettleReceiptRequest& request) {
  v1::SettleReceiptResponse response;
  ASSIGN_OR_RETURN(const auto receipt, kReceipts.Get(txn, request.library_id()));
  if (!receipt.has_value()) {
    kReceipts.Put(txn, request.library_id(), Fence());
    return response;
  }
  response.set_applied(receipt->outcome() == disk::Receipt::OUTCOME_RECEIVED);
  if (!response.applied()) return response;
  ASSIGN_OR_RETURN(const Row book, kBooks.Get(txn, receipt->book_id()));
  *response.mutable_book() = ToApi(*book);
  return response;
}

}  // namespace

Task<absl::StatusOr<v1::Book>> BookService::Receive(const CallContext& call,
                                                    const v1::ReceiveRequest& request) {
  return store_.Transact(call,
                         {kReceipts.KeyOf(request.library_id()), kBooks.KeyOf(request.book_id())},
                         [&request](Txn& txn) { return ReceiveOnce(txn, request); });
}

Task<absl::StatusOr<v1::SettleReceiptResponse>> BookService::SettleReceipt(
    const CallContext& call, const v1::SettleReceiptRequest& request) {
  return store_.Transact(call, {kReceipts.KeyOf(request.library_id())},
                         [&request](Txn& txn) { return Settle(txn, request); });
}

Task<absl::StatusOr<v1::Book>> BookService::GetBook(const CallContext&,
                                                    const v1::GetBookRequest& request) {
  return store_.Read([&request](Reader& reader) -> absl::StatusOr<v1::Book> {
    ASSIGN_OR_RETURN(const Row book, kBooks.Get(reader, request.id()));
    if (!book.has_value()) return options::v1::errors::NotFound("book", request.id());
    return ToApi(*book);
  });
}

Task<absl::StatusOr<v1::ListBooksResponse>> BookService::ListBooks(
    const CallContext& call, const v1::ListBooksRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {});
  return store_.Read([page](Reader& reader) -> absl::StatusOr<v1::ListBooksResponse> {
    ASSIGN_OR_RETURN(const auto found, ListPage(reader, kBooksByAge, kBooks, page));
    return ToListResponse(found, &v1::ListBooksResponse::mutable_books, ToApi);
  });
}

}  // namespace maru::books::book
