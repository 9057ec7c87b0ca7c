// Goal: every rule that domain.md (section 3) has for books: the identity of the stock, versions as
// numbers, once. Method: tables over states and events; no server, no store.
#include "services/books/book/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::books::book {
namespace {

using delivery::v1::DeliveryCanceled;
using delivery::v1::DeliveryRequested;
using library::v1::Renewed;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

v1::ReceiveRequest ReceiptOf(int64_t quantity, const std::string& version) {
  v1::ReceiveRequest request;
  request.set_library_id("l1");
  request.set_book_id("토지");
  request.set_quantity(quantity);
  request.set_version(version);
  return request;
}
disk::Book BookWith(int64_t stock, const std::string& version = "2.0") {
  return Receive(std::nullopt, ReceiptOf(stock, version), kNow).book;
}
Renewed RenewalTo(const std::string& version) {
  return Proto<Renewed>("library_id: 'l2' book_id: '토지' version: '" + version + "'");
}
const DeliveryRequested kRequested = Proto<DeliveryRequested>(
    "reservation_id: 'r1' delivery_id: 'd1' book_id: '토지' "
    "customer_id: 'kim'");
const DeliveryCanceled kCanceled =
    Proto<DeliveryCanceled>("reservation_id: 'r1' delivery_id: 'd1' book_id: '토지'");

void ExpectIdentity(const disk::Book& book) {
  EXPECT_EQ(book.stock(), book.received() + book.reset() - book.issued() + book.returned());
  EXPECT_GE(book.stock(), 0);
}

TEST(BookDomainTest, ReceivingCreatesTheBookAndAddsToItsStock) {
  v1::ReceiveRequest request = ReceiptOf(3, "1.0");
  request.set_name("토지 1권");
  const Received first = Receive(std::nullopt, request, kNow);
  EXPECT_THAT(ToApi(first.book), IsProto(R"pb(
                id: "토지"
                name: "토지 1권"
                stock: 3
                version: "1.0"
                revision: 1
                received: 3
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  const disk::Book second = Receive(first.book, ReceiptOf(4, "1.0"), kNow).book;
  EXPECT_EQ(second.stock(), 7);
  EXPECT_EQ(second.revision(), 2);
  EXPECT_EQ(second.name(), "토지 1권") << "an empty name changes nothing";
  ExpectIdentity(second);
}

TEST(BookDomainTest, TheHigherVersionStaysWhateverComes) {
  struct Case {
    std::string has, comes, want;
  };
  for (const Case& c : {Case{"2.0", "10", "10"}, Case{"2.0", "1.9", "2.0"}, Case{"2.0", "2", "2.0"},
                        Case{"1.9", "1.10", "1.9"}, Case{"1.9", "1.91", "1.91"}}) {
    EXPECT_EQ(Receive(BookWith(1, c.has), ReceiptOf(1, c.comes), kNow).book.version(), c.want);
    EXPECT_EQ(Renew(BookWith(1, c.has), RenewalTo(c.comes), kNow).book.version(), c.want);
  }
}

TEST(BookDomainTest, RenewingSetsTheStockToAHundredWhateverItWas) {
  struct Case {
    std::string name;
    Row book;
    int64_t want_reset;
  };
  for (const Case& c : {Case{"absent", std::nullopt, 100}, Case{"some", BookWith(3), 97},
                        Case{"more than that", BookWith(150), -50}}) {
    const Received renewed = Renew(c.book, RenewalTo("3.0"), kNow);
    EXPECT_EQ(renewed.book.stock(), 100) << c.name;
    EXPECT_EQ(renewed.book.reset(), c.want_reset) << c.name;
    EXPECT_EQ(renewed.receipt.quantity(), c.want_reset) << c.name;
    EXPECT_EQ(renewed.receipt.outcome(), disk::Receipt::OUTCOME_RENEWED) << c.name;
    ExpectIdentity(renewed.book);
  }
}

TEST(BookDomainTest, ARepeatIsKnownByItsContentAndAFencedOneIsRefused) {
  const disk::Receipt receipt = Receive(std::nullopt, ReceiptOf(3, "1.0"), kNow).receipt;
  EXPECT_TRUE(CheckRepeat(receipt, ReceiptOf(3, "1.0")).ok());
  EXPECT_EQ(ReasonOf(CheckRepeat(receipt, ReceiptOf(4, "1.0"))), "RECEIPT_REUSED");
  EXPECT_EQ(ReasonOf(CheckRepeat(receipt, ReceiptOf(3, "1.1"))), "RECEIPT_REUSED");
  EXPECT_EQ(ReasonOf(CheckRepeat(Fence(), ReceiptOf(3, "1.0"))), "RECEIPT_FENCED");
}

TEST(BookDomainTest, ACopyIsGivenOutOnlyWhileThereIsOne) {
  const Issued issued = Issue(BookWith(1), kRequested, kNow);
  EXPECT_EQ(issued.issue.status(), disk::Issue::STATUS_ISSUED);
  EXPECT_EQ(issued.book->stock(), 0);
  ExpectIdentity(*issued.book);
  for (const Row& none : {issued.book, Row()}) {
    const Issued refused = Issue(none, kRequested, kNow);
    EXPECT_EQ(refused.issue.status(), disk::Issue::STATUS_REFUSED);
    EXPECT_FALSE(refused.book.has_value());
  }
}

TEST(BookDomainTest, ACopyComesBackOnce) {
  const Issued issued = Issue(BookWith(1), kRequested, kNow);
  const auto returned = Return(issued.issue, issued.book, kCanceled, kNow);
  ASSERT_TRUE(returned.has_value());
  EXPECT_EQ(returned->issue.status(), disk::Issue::STATUS_RETURNED);
  EXPECT_EQ(returned->book->stock(), 1);
  ExpectIdentity(*returned->book);
  EXPECT_FALSE(Return(returned->issue, returned->book, kCanceled, kNow).has_value());
}

TEST(BookDomainTest, NothingComesBackThatWasNotGivenOut) {
  const Issued refused = Issue(std::nullopt, kRequested, kNow);
  EXPECT_FALSE(Return(refused.issue, std::nullopt, kCanceled, kNow).has_value());
  const auto tombstone = Return(std::nullopt, BookWith(1), kCanceled, kNow);
  ASSERT_TRUE(tombstone.has_value());
  EXPECT_EQ(tombstone->issue.status(), disk::Issue::STATUS_REFUSED);
  EXPECT_FALSE(tombstone->book.has_value());
}

TEST(BookDomainTest, AReturnAfterARenewalKeepsTheIdentity) {
  const Issued issued = Issue(BookWith(5), kRequested, kNow);
  const disk::Book renewed = Renew(issued.book, RenewalTo("3.0"), kNow).book;
  const auto returned = Return(issued.issue, renewed, kCanceled, kNow);
  EXPECT_EQ(returned->book->stock(), 101);
  ExpectIdentity(*returned->book);
}

}  // namespace
}  // namespace maru::books::book
