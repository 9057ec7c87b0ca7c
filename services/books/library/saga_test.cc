// Goal: what library says was taken in is in book's stock once, and nothing else is, whatever is
// lost, late, doubled or crashes on the way. Method: the verifier of common/saga over this
// declaration.
#include "services/books/library/saga.h"

#include "common/saga/testing/no_callee.h"
#include "common/saga/testing/readme.h"
#include "common/saga/testing/verifier.h"
#include "gtest/gtest.h"
#include "maru/books/book/v1/book.maru.h"
#include "services/books/library/domain.h"

namespace maru::books::library {
namespace {

using book::v1::BookServiceMethods;
using book::v1::ReceiveRequest;
using book::v1::SettleReceiptRequest;
using book::v1::SettleReceiptResponse;

void VerifyThatEveryInterleavingEnds(bool allow_pending) {
  saga::testing::Books books;
  const auto library_id = [](const auto& request) { return request.library_id(); };
  books.Does<ReceiveRequest>(BookServiceMethods::kReceive, "stock", library_id, book::v1::Book());
  books.Settles<SettleReceiptRequest>(BookServiceMethods::kSettleReceipt, "stock", library_id,
                                      [](bool applied) {
                                        SettleReceiptResponse response;
                                        response.set_applied(applied);
                                        return response;
                                      });
  v1::WarehouseRequest request;
  request.set_book_id("dune");
  request.set_quantity(3);
  request.set_version("1.0");
  request.set_allow_pending(allow_pending);
  const auto result = saga::testing::Verify(
      books, Warehouse, [&request](maru::store::Txn& txn) -> absl::StatusOr<disk::Library> {
        return TakeIn(request, txn.Now(), txn.NewId());
      });
  EXPECT_TRUE(result.status.ok()) << result.status.message();
}

TEST(WarehouseSagaTest, EveryInterleavingEnds) { VerifyThatEveryInterleavingEnds(false); }

TEST(WarehouseSagaTest, EveryInterleavingOfAnAcceptedOneEnds) {
  VerifyThatEveryInterleavingEnds(true);
}

TEST(WarehouseSagaTest, ReadmeShowsIt) {
  saga::testing::NoCallee callee;
  const absl::Status shown = saga::testing::CheckReadme(saga::Declare(Warehouse(callee)),
                                                        "services/books/library/README.md");
  EXPECT_TRUE(shown.ok()) << shown;
}

}  // namespace
}  // namespace maru::books::library
