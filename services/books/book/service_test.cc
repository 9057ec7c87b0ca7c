// Goal: what book is asked and hears takes effect once, whole, and is told; nobody gets a copy that
// is not there. Method: handlers and policies over a store in memory, without a transport.
#include "services/books/book/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/books/delivery/v1/events.maru.h"
#include "maru/books/library/v1/events.maru.h"
#include "services/books/book/policies.h"
#include "services/testing/test_context.h"

namespace maru::books::book {
namespace {

using delivery::v1::DeliveryCanceled;
using delivery::v1::DeliveryRequested;
using library::v1::Renewed;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

class BookServiceTest : public ::testing::Test {
 protected:
  BookServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("books", policies));
  }

  absl::StatusOr<v1::Book> Receive(const std::string& library_id, int64_t quantity,
                                   const std::string& book_id = "dune") {
    v1::ReceiveRequest request;
    request.set_library_id(library_id);
    request.set_book_id(book_id);
    request.set_quantity(quantity);
    request.set_version("1.0");
    const rpc::CallContext call = CallBy("service:library");
    return context_.Run(service_.Receive(call, request));
  }
  v1::SettleReceiptResponse Settle(const std::string& library_id) {
    v1::SettleReceiptRequest request;
    request.set_library_id(library_id);
    const rpc::CallContext call = CallBy("service:library");
    return context_.Run(service_.SettleReceipt(call, request)).value();
  }
  absl::StatusOr<v1::Book> Get(const std::string& id) {
    v1::GetBookRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy("customer:kim");
    return context_.Run(service_.GetBook(call, request));
  }
  std::vector<std::string> List(const std::string& text = "") {
    const auto request = Proto<v1::ListBooksRequest>(text);
    const rpc::CallContext call = CallBy("customer:kim");
    std::vector<std::string> ids;
    const auto page = context_.Run(service_.ListBooks(call, request));
    MARU_CHECK(page.ok());
    for (const v1::Book& book : page->books()) {
      ids.push_back(book.id());
    }
    return ids;
  }
  template <class E>
  void Hear(const std::string& context, const std::string& text) {
    const absl::Status heard = context_.Hear(Enveloped("books." + context, "e1", Proto<E>(text)));
    ASSERT_TRUE(heard.ok()) << heard;
  }
  void HearRequested(const std::string& reservation, const std::string& book = "dune") {
    Hear<DeliveryRequested>("delivery",
                            "reservation_id: '" + reservation + "' book_id: '" + book + "'");
  }
  void HearCanceled(const std::string& reservation) {
    Hear<DeliveryCanceled>("delivery", "reservation_id: '" + reservation + "' book_id: 'dune'");
  }
  std::vector<std::string> Emitted() {
    std::vector<std::string> told;
    for (const event::v1::Event& event : context_.Emitted()) {
      told.push_back(event.type().substr(event.type().rfind('.') + 1) + " " + event.key());
    }
    return told;
  }

  using Texts = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "books", "book"};
  BookService service_{context_.store()};
};

TEST_F(BookServiceTest, ReceivesOncePerRowOfLibraryAndTellsItKeyedByTheBook) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Receive("l1", 3)->stock(), 3);
  EXPECT_EQ(Receive("l2", 2)->stock(), 5);
  EXPECT_EQ(Receive("l1", 3)->stock(), 5);
  EXPECT_EQ(ReasonOf(Receive("l1", 4).status()), "RECEIPT_REUSED");
  EXPECT_EQ(Emitted(), (Texts{"BookUpdated dune", "BookUpdated dune"}));
}

TEST_F(BookServiceTest, SettlingTellsWhatTookEffectAndFencesWhatDidNot) {
  ASSERT_TRUE(Receive("l1", 3).ok());
  EXPECT_TRUE(Settle("l1").applied());
  EXPECT_EQ(Settle("l1").book().stock(), 3);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(Settle("l2").applied());
  EXPECT_EQ(ReasonOf(Receive("l2", 2).status()), "RECEIPT_FENCED");
  EXPECT_EQ(Get("dune")->stock(), 3);
}

TEST_F(BookServiceTest, ARenewalTakesEffectOnceAndCreatesTheBook) {
  for (int i = 0; i < 2; ++i) {
    Hear<Renewed>("library", "library_id: 'l1' book_id: 'dune' version: '2.0' name: '듄'");
    HearRequested("r1");
  }
  EXPECT_EQ(Get("dune")->stock(), 99);
  EXPECT_EQ(Get("dune")->name(), "듄");
  EXPECT_EQ(Emitted(), (Texts{"BookUpdated dune", "BookIssued r1", "BookUpdated dune"}));
}

TEST_F(BookServiceTest, TheLastCopyGoesToOneOfThemAndTheOthersAreOutOfStock) {
  ASSERT_TRUE(Receive("l1", 1).ok());
  for (const char* reservation : {"r1", "r2", "r1", "r2"}) HearRequested(reservation);
  HearRequested("r3", "unknown");
  EXPECT_EQ(Get("dune")->stock(), 0);
  EXPECT_EQ(Emitted(), (Texts{"BookUpdated dune", "BookIssued r1", "BookUpdated dune",
                              "OutOfStock r2", "OutOfStock r3"}));
  HearCanceled("r2");
  EXPECT_EQ(Get("dune")->stock(), 0);
  for (int i = 0; i < 2; ++i) HearCanceled("r1");
  EXPECT_EQ(Get("dune")->stock(), 1);
  EXPECT_EQ(Emitted(), Texts{"BookUpdated dune"});
  HearRequested("r1");
  EXPECT_EQ(Get("dune")->stock(), 1) << "it had its copy, and gave it back";
}

TEST_F(BookServiceTest, AnEndThatIsHeardFirstLeavesATombstone) {
  ASSERT_TRUE(Receive("l1", 1).ok());
  HearCanceled("r1");
  HearRequested("r1");
  HearCanceled("r1");
  EXPECT_EQ(Get("dune")->stock(), 1);
  EXPECT_EQ(Emitted(), Texts{"BookUpdated dune"});
}

TEST_F(BookServiceTest, BooksAreListedNewestFirst) {
  for (const char* book : {"zebra", "apple", "mango"}) {
    ASSERT_TRUE(Receive(std::string("l-") + book, 1, book).ok());
    executor_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(List(), (Texts{"mango", "apple", "zebra"}));
  EXPECT_EQ(List("page_size: 1"), Texts{"mango"});
  EXPECT_EQ(ReasonOf(Get("unknown").status()), "NOT_FOUND");
}

}  // namespace
}  // namespace maru::books::book
