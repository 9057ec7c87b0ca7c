// Goal: the example sagas hold under every interleaving; and the verifier finds declarations that
// do not, with the shortest way to it. Method: run it, over good and broken declarations.
#include "common/saga/testing/verifier.h"

#include <string>

#include "common/saga/testing/example.h"
#include "common/saga/testing/example.maru.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"

namespace maru::saga::testing {
namespace {

using example::v1::BookServiceMethods;
using example::v1::Library;
using example::v1::Order;
using example::v1::PaymentServiceClient;
using example::v1::PaymentServiceMethods;
using example::v1::Paymethod;
using example::v1::ProductServiceClient;
using example::v1::ProductServiceMethods;
using google::protobuf::Empty;
using maru::store::Txn;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Books OrderBooks() {
  Books books;
  const auto order_id = [](const auto& request) { return request.order_id(); };
  const auto reference_id = [](const auto& request) { return request.reference_id(); };
  books.Does<example::v1::ReserveRequest>(ProductServiceMethods::kReserve, "stock", order_id,
                                          example::v1::ReserveResponse());
  books.Undoes<example::v1::ReleaseRequest>(ProductServiceMethods::kRelease, "stock", order_id,
                                            Empty());
  books.Undoes<example::v1::ReleaseRequest>(ProductServiceMethods::kRestock, "stock", order_id,
                                            Empty());
  books.Does<example::v1::PayRequest>(PaymentServiceMethods::kPay, "money", reference_id,
                                      example::v1::Payment());
  books.Undoes<example::v1::CancelRequest>(PaymentServiceMethods::kCancel, "money", reference_id,
                                           example::v1::Payment());
  return books;
}

absl::StatusOr<Order> NewOrder(Txn& txn) {
  Order order;
  order.set_id(txn.NewId());
  order.set_quantity(2);
  return order;
}

absl::StatusOr<Library> NewLibrary(Txn& txn, bool allow_pending) {
  Library library;
  library.set_id(txn.NewId());
  library.set_book_id("어린 왕자");
  library.set_allow_pending(allow_pending);
  return library;
}

Books BookBooks() {
  Books books;
  const auto library_id = [](const auto& request) { return request.library_id(); };
  books.Does<example::v1::ReceiveRequest>(BookServiceMethods::kReceive, "stock", library_id,
                                          Empty());
  books.Settles<example::v1::SettleReceiptRequest>(BookServiceMethods::kSettleReceipt, "stock",
                                                   library_id, [](bool applied) {
                                                     example::v1::SettleReceiptResponse settled;
                                                     settled.set_applied(applied);
                                                     return settled;
                                                   });
  return books;
}

Definition<Order, Order> GoodOrder(rpc::Caller& callees) {
  return example::PlaceOrder(callees, callees);
}

TEST(VerifierTest, TwoStepsWithCompensations) {
  Books books = OrderBooks();
  const VerifierResult result = Verify(books, GoodOrder, NewOrder, {.deviations = 3});
  EXPECT_TRUE(result.status.ok()) << result.status.message();
  EXPECT_GT(result.runs, 10'000u);
  RecordProperty("runs", static_cast<int>(result.runs));
}

TEST(VerifierTest, AskedAgain) {
  Books books;
  books.Does<example::v1::ChangePayKindRequest>(
      PaymentServiceMethods::kChangePayKind, "money",
      [](const auto& request) { return request.paymethod_id(); }, example::v1::Payment());
  const auto declare = [](rpc::Caller& callees) { return example::RegisterPaymethod(callees); };
  const auto begin = [](Txn& txn) -> absl::StatusOr<Paymethod> {
    Paymethod paymethod;
    paymethod.set_id(txn.NewId());
    return paymethod;
  };
  const VerifierResult result = Verify(books, declare, begin, {.deviations = 3});
  EXPECT_TRUE(result.status.ok()) << result.status.message();
}

TEST(VerifierTest, SettledAndAccepted) {
  for (const bool allow_pending : {false, true}) {
    SCOPED_TRACE(allow_pending);
    Books books = BookBooks();
    const auto declare = [](rpc::Caller& callees) { return example::Warehouse(callees); };
    const auto begin = [allow_pending](Txn& txn) { return NewLibrary(txn, allow_pending); };
    const VerifierResult result = Verify(books, declare, begin, {.deviations = 3});
    EXPECT_TRUE(result.status.ok()) << result.status.message();
  }
}

// --- Broken declarations ---

TEST(VerifierTest, FindsAMissingCompensation) {
  Books books = OrderBooks();
  const auto declare = [](rpc::Caller& callees) {
    auto definition = GoodOrder(callees);
    const ProductServiceClient products(callees);
    definition.steps[0] = Step<Order>(
        "product.Reserve", products, &ProductServiceClient::Reserve,
        [](const Order& order) {
          example::v1::ReserveRequest request;
          request.set_order_id(order.id());
          return request;
        },
        [](Txn&, Order&, const example::v1::ReserveResponse&) {});
    return definition;
  };
  const VerifierResult result = Verify(books, declare, NewOrder);
  EXPECT_THAT(std::string(result.status.message()),
              AllOf(HasSubstr("stock has 1 effects of a row that is ORDER_STATUS_REJECTED"),
                    HasSubstr("  ! ")));
}

TEST(VerifierTest, FindsACompensationThatIsNotIdempotent) {
  Books books = OrderBooks();
  const auto declare = [](rpc::Caller& callees) {
    auto definition = GoodOrder(callees);
    const ProductServiceClient products(callees);
    definition.steps[0] = std::move(definition.steps[0])
                              .UndoneBy("product.Restock", products, &ProductServiceClient::Restock,
                                        [](const Order& order) {
                                          example::v1::ReleaseRequest request;
                                          request.set_order_id(order.id());
                                          return request;
                                        });
    return definition;
  };
  const VerifierResult result = Verify(books, declare, NewOrder);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("stock was taken back"));
}

TEST(VerifierTest, FindsACompensationUnderAnotherKey) {
  Books books = OrderBooks();
  const auto declare = [](rpc::Caller& callees) {
    auto definition = GoodOrder(callees);
    const PaymentServiceClient payments(callees);
    definition.steps[1] = std::move(definition.steps[1])
                              .UndoneBy("payment.Cancel", payments, &PaymentServiceClient::Cancel,
                                        [](const Order& order) {
                                          example::v1::CancelRequest request;
                                          request.set_reference_id("환불-" + order.id());
                                          return request;
                                        });
    return definition;
  };
  const VerifierResult result = Verify(books, declare, NewOrder);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("money has 1 effects"));
}

TEST(VerifierTest, FindsAnAnswerThatCannotBeCommitted) {
  Books books = OrderBooks();
  const auto declare = [](rpc::Caller& callees) {
    auto definition = GoodOrder(callees);
    const PaymentServiceClient payments(callees);
    definition.steps[1] = Step<Order>(
        "payment.Pay", payments, &PaymentServiceClient::Pay,
        [](const Order& order) {
          example::v1::PayRequest request;
          request.set_reference_id(order.id());
          return request;
        },
        [](Txn&, Order&, const example::v1::Payment&) -> absl::Status {
          return absl::InternalError("never");
        });
    return definition;
  };
  const VerifierResult result = Verify(books, declare, NewOrder);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("it does not end"));
  // The smooth course shows it: there is no shorter one.
  EXPECT_EQ(result.runs, 1u);
  EXPECT_THAT(std::string(result.status.message()), Not(HasSubstr("  ! ")));
}

TEST(VerifierTest, FindsAStateWithoutAWayOut) {
  // No callee knows how to undo it.
  Books books;
  const auto order_id = [](const auto& request) { return request.order_id(); };
  books.Does<example::v1::ReserveRequest>(ProductServiceMethods::kReserve, "stock", order_id,
                                          example::v1::ReserveResponse());
  books.Answers(PaymentServiceMethods::kPay, example::v1::Payment());
  books.Answers(PaymentServiceMethods::kCancel, example::v1::Payment());
  const VerifierResult result = Verify(books, GoodOrder, NewOrder);
  EXPECT_THAT(std::string(result.status.message()),
              AllOf(HasSubstr("it does not end"), HasSubstr("Release")));
}

}  // namespace
}  // namespace maru::saga::testing
