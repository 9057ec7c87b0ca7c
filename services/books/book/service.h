// BookService: every command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_BOOKS_BOOK_SERVICE_H_
#define MARU_SERVICES_BOOKS_BOOK_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/books/book/v1/book.maru.h"
#include "maru/books/book/v1/book.pb.h"

namespace maru::books::book {

// Codes and reasons are in the contract.
class BookService final : public v1::BookServiceHandler {
 public:
  // `store` outlives the service.
  explicit BookService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Book>> Receive(const rpc::CallContext& call,
                                                const v1::ReceiveRequest& request) override;
  async::Task<absl::StatusOr<v1::SettleReceiptResponse>> SettleReceipt(
      const rpc::CallContext& call, const v1::SettleReceiptRequest& request) override;
  async::Task<absl::StatusOr<v1::Book>> GetBook(const rpc::CallContext& call,
                                                const v1::GetBookRequest& request) override;
  async::Task<absl::StatusOr<v1::ListBooksResponse>> ListBooks(
      const rpc::CallContext& call, const v1::ListBooksRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::books::book

#endif  // MARU_SERVICES_BOOKS_BOOK_SERVICE_H_
