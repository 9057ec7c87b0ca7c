// Goal: however events travel between the contexts and whatever is down, stock, reservations,
// deliveries and pages agree in the end, and nobody gets a copy that is not there. Method: the six
// contexts in one process; each (topic, listener, key) is a queue of its own that is delivered at
// random moments. What is expected is counted anew from the rows of library, reservation and
// delivery. A failing seed replays exactly.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/base/decimal.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/books/admin/service.h"
#include "services/books/admin/view.h"
#include "services/books/book/policies.h"
#include "services/books/book/service.h"
#include "services/books/delivery/policies.h"
#include "services/books/delivery/service.h"
#include "services/books/library/saga.h"
#include "services/books/library/service.h"
#include "services/books/mypage/service.h"
#include "services/books/mypage/view.h"
#include "services/books/reservation/policies.h"
#include "services/books/reservation/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/event_queues.h"
#include "services/testing/test_context.h"

namespace maru::books {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::TestContext;
using Delivery = delivery::v1::Delivery;
using Entry = mypage::v1::MyPageEntry;
using Library = library::v1::Library;
using Reservation = reservation::v1::Reservation;

constexpr char kSujin[] = "librarian:sujin";

class Story {
 public:
  explicit Story(uint32_t seed) : random_(seed) {
    Hear(book_, book::AddPolicies, {&library_, &delivery_});
    Hear(reservation_, reservation::AddPolicies, {&book_, &delivery_});
    Hear(delivery_, delivery::AddPolicies, {&reservation_, &book_});
    admin::AddView(admin_view_);
    See(admin_, admin_view_, {&book_});
    mypage::AddView(mypage_view_);
    See(mypage_, mypage_view_, {&reservation_, &delivery_, &book_});
  }

  // Somebody does something, something breaks or is mended, or an event arrives.
  void Step() {
    if (Below(3) == 0) {
      Act();
      queues_.Collect();
    } else {
      queues_.DeliverOne();
    }
  }
  // Everything is up, and everything arrives.
  void Settle() {
    SetBookDown(false);
    to_book_.LoseAnswers(false);
    for (TestContext* context : {&admin_, &mypage_, &delivery_, &reservation_}) {
      queues_.SetDown(*context, false);
    }
    // What waits for book asks again within max_retry of a saga.
    executor_.Advance(absl::Minutes(1));
    queues_.DeliverAll();
  }
  void DeliverAll() { queues_.DeliverAll(); }
  void SetBookDown(bool down) {
    to_book_.SetDown(down);
    queues_.SetDown(book_, down);
  }
  void SetDown(const TestContext& context, bool down) { queues_.SetDown(context, down); }
  const TestContext& admin() const { return admin_; }
  const TestContext& mypage() const { return mypage_; }
  const TestContext& delivery() const { return delivery_; }

  absl::StatusOr<Library> Warehouse(const std::string& book_id, int64_t quantity,
                                    const std::string& version, bool allow_pending = false);
  absl::StatusOr<Library> Renew(const std::string& book_id, const std::string& version);
  std::string Reserve(const std::string& customer, const std::string& book_id);
  void Cancel(const Reservation& row);

  std::vector<Library> Libraries();
  std::vector<Reservation> Reservations(Reservation::Status status);
  Reservation ReservationOf(const std::string& id);
  std::vector<Delivery> Deliveries();
  std::vector<book::v1::Book> Books();
  std::vector<admin::v1::BookView> BookViews();
  std::vector<Entry> Entries();

  // Compares what the contexts say with what is counted anew.
  void Check();

 private:
  using AddPolicies = void (*)(events::Policies&);

  void Hear(TestContext& listener, AddPolicies add, const std::vector<TestContext*>& sources) {
    events::Policies policies;
    add(policies);
    listener.Route(events::Routes::Of("books", policies));
    for (TestContext* from : sources) queues_.Link(*from, listener);
  }
  void See(TestContext& listener, const events::View& view,
           const std::vector<TestContext*>& sources) {
    listener.Route(events::Routes::Of("books", view, 1));
    for (TestContext* from : sources) queues_.Link(*from, listener);
  }

  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }
  std::string SomeBook() { return "책 " + std::to_string(Below(3)); }
  std::string SomeVersion() { return std::to_string(Below(12)) + "." + std::to_string(Below(12)); }
  void Act();
  void CheckStock();
  void CheckReservation(const Reservation& row, const Delivery& delivery, const Entry& entry);

  std::mt19937 random_;
  maru::testing::EventQueues queues_{random_};
  async::ManualExecutor executor_;
  TestContext library_{executor_, "books", "library"};
  TestContext book_{executor_, "books", "book"};
  TestContext admin_{executor_, "books", "admin"};
  TestContext reservation_{executor_, "books", "reservation"};
  TestContext delivery_{executor_, "books", "delivery"};
  TestContext mypage_{executor_, "books", "mypage"};
  events::View admin_view_;
  events::View mypage_view_;
  book::BookService books_{book_.store()};
  maru::testing::DirectCaller to_book_{books_};
  library::LibraryService libraries_{library_.store(),
                                     library_.sagas().Add(library::Warehouse(to_book_))};
  admin::AdminService admins_{admin_.store()};
  reservation::ReservationService reservations_{reservation_.store()};
  delivery::DeliveryService deliveries_{delivery_.store()};
  mypage::MypageService mypages_{mypage_.store()};
};

absl::StatusOr<Library> Story::Warehouse(const std::string& book_id, int64_t quantity,
                                         const std::string& version, bool allow_pending) {
  library::v1::WarehouseRequest request;
  request.set_book_id(book_id);
  request.set_quantity(quantity);
  request.set_version(version);
  request.set_allow_pending(allow_pending);
  const rpc::CallContext call = CallBy(kSujin);
  return library_.Run(libraries_.Warehouse(call, request));
}

absl::StatusOr<Library> Story::Renew(const std::string& book_id, const std::string& version) {
  library::v1::RenewRequest request;
  request.set_book_id(book_id);
  request.set_version(version);
  const rpc::CallContext call = CallBy(kSujin);
  return library_.Run(libraries_.Renew(call, request));
}

std::string Story::Reserve(const std::string& customer, const std::string& book_id) {
  reservation::v1::ReserveRequest request;
  request.set_book_id(book_id);
  const rpc::CallContext call = CallBy("customer:" + customer);
  return reservation_.Run(reservations_.Reserve(call, request)).value().id();
}

void Story::Cancel(const Reservation& row) {
  reservation::v1::CancelReservationRequest request;
  request.set_id(row.id());
  const rpc::CallContext call = CallBy("customer:" + row.customer_id());
  const auto canceled = reservation_.Run(reservations_.CancelReservation(call, request));
  ASSERT_TRUE(canceled.ok()) << canceled.status();
  EXPECT_EQ(canceled->status(), Reservation::STATUS_CANCELED);
}

std::vector<Library> Story::Libraries() {
  library::v1::ListLibrariesRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = CallBy(kSujin);
  const auto page = library_.Run(libraries_.ListLibraries(call, request));
  return {page->libraries().begin(), page->libraries().end()};
}

std::vector<Reservation> Story::Reservations(Reservation::Status status) {
  reservation::v1::ListReservationsRequest request;
  request.set_page_size(1000);
  request.set_status(status);
  const rpc::CallContext call = CallBy(kSujin);
  const auto page = reservation_.Run(reservations_.ListReservations(call, request));
  return {page->reservations().begin(), page->reservations().end()};
}

Reservation Story::ReservationOf(const std::string& id) {
  reservation::v1::GetReservationRequest request;
  request.set_id(id);
  const rpc::CallContext call = CallBy(kSujin);
  return reservation_.Run(reservations_.GetReservation(call, request)).value();
}

std::vector<Delivery> Story::Deliveries() {
  delivery::v1::ListDeliveriesRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = CallBy(kSujin);
  const auto page = delivery_.Run(deliveries_.ListDeliveries(call, request));
  return {page->deliveries().begin(), page->deliveries().end()};
}

std::vector<book::v1::Book> Story::Books() {
  const book::v1::ListBooksRequest request;
  const rpc::CallContext call = CallBy(kSujin);
  const auto page = book_.Run(books_.ListBooks(call, request));
  return {page->books().begin(), page->books().end()};
}

std::vector<admin::v1::BookView> Story::BookViews() {
  const admin::v1::ListBookViewsRequest request;
  const rpc::CallContext call = CallBy(kSujin);
  const auto page = admin_.Run(admins_.ListBookViews(call, request));
  return {page->book_views().begin(), page->book_views().end()};
}

std::vector<Entry> Story::Entries() {
  mypage::v1::ListMyPageEntriesRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = CallBy(kSujin);
  const auto page = mypage_.Run(mypages_.ListMyPageEntries(call, request));
  return {page->my_page_entries().begin(), page->my_page_entries().end()};
}

void Story::Act() {
  switch (Below(12)) {
    case 0: {
      const auto row =
          Warehouse(SomeBook(), static_cast<int64_t>(1 + Below(3)), SomeVersion(), Below(2) == 0);
      ASSERT_TRUE(row.ok() || absl::IsUnavailable(row.status())) << row.status();
      return;
    }
    case 1: {
      const auto row = Renew(SomeBook(), SomeVersion());
      EXPECT_EQ(rpc::ReasonOf(row.status()), row.ok() ? "" : "VERSION_NOT_NEWER");
      return;
    }
    case 2:
    case 3: {
      auto rows = Reservations(Below(2) == 0 ? Reservation::STATUS_RESERVED
                                             : Reservation::STATUS_DELIVERED);
      if (!rows.empty()) Cancel(rows[Below(rows.size())]);
      return;
    }
    case 4:
      return SetBookDown(Below(2) == 0);
    case 5:
      return to_book_.LoseAnswers(Below(3) == 0);
    case 6:
      return executor_.Advance(absl::Seconds(5));
    default:
      Reserve(std::string(1, static_cast<char>('a' + Below(4))), SomeBook());
  }
}

void Story::CheckStock() {
  std::map<std::string, int64_t> received;
  std::map<std::string, std::string> versions;
  for (const Library& row : Libraries()) {
    EXPECT_NE(row.status(), Library::STATUS_PENDING) << row.id();
    if (row.status() != Library::STATUS_CONFIRMED) continue;
    received[row.book_id()] += row.quantity();
    std::string& version = versions[row.book_id()];
    if (CompareDecimals(row.version(), version) > 0) version = row.version();
  }
  std::map<std::string, int64_t> out;
  for (const Delivery& row : Deliveries()) {
    if (row.status() == Delivery::STATUS_DELIVERED) ++out[row.book_id()];
  }
  const auto books = Books();
  EXPECT_EQ(books.size(), received.size());
  for (const book::v1::Book& book : books) {
    EXPECT_EQ(book.received(), received[book.id()]) << book.id();
    EXPECT_TRUE(CompareDecimals(book.version(), versions[book.id()]) == 0) << book.id();
    EXPECT_EQ(book.issued() - book.returned(), out[book.id()]) << book.id();
    EXPECT_EQ(book.stock(), book.received() + book.reset() - book.issued() + book.returned());
    EXPECT_GE(book.stock(), 0);
  }
  const auto views = BookViews();
  ASSERT_EQ(views.size(), books.size());
  for (size_t i = 0; i < books.size(); ++i) {
    EXPECT_EQ(views[i].book_id(), books[i].id());
    EXPECT_EQ(views[i].stock(), books[i].stock());
    EXPECT_EQ(views[i].version(), books[i].version());
  }
}

void Story::CheckReservation(const Reservation& row, const Delivery& delivery, const Entry& entry) {
  EXPECT_EQ(entry.delivery_id(), delivery.id());
  EXPECT_EQ(static_cast<int>(entry.status()), static_cast<int>(row.status()));
  if (row.status() == Reservation::STATUS_DELIVERED) {
    EXPECT_EQ(delivery.status(), Delivery::STATUS_DELIVERED);
  } else if (row.reason() == Reservation::REASON_OUT_OF_STOCK) {
    EXPECT_EQ(delivery.status(), Delivery::STATUS_FAILED);
  } else {
    EXPECT_EQ(row.reason(), Reservation::REASON_CUSTOMER);
    EXPECT_TRUE(delivery.status() == Delivery::STATUS_CANCELED ||
                delivery.status() == Delivery::STATUS_FAILED);
  }
}

void Story::Check() {
  CheckStock();
  EXPECT_TRUE(Reservations(Reservation::STATUS_RESERVED).empty()) << "a flow did not end";
  std::map<std::string, Delivery> deliveries;
  for (const Delivery& row : Deliveries()) deliveries[row.reservation_id()] = row;
  std::map<std::string, Entry> entries;
  for (const Entry& entry : Entries()) entries[entry.reservation_id()] = entry;
  size_t reservations = 0;
  for (const auto status : {Reservation::STATUS_DELIVERED, Reservation::STATUS_CANCELED}) {
    for (const Reservation& row : Reservations(status)) {
      ++reservations;
      ASSERT_TRUE(entries.contains(row.id()) && deliveries.contains(row.id()));
      CheckReservation(row, deliveries[row.id()], entries[row.id()]);
    }
  }
  EXPECT_EQ(reservations, entries.size());
  EXPECT_EQ(reservations, deliveries.size());
}

TEST(BooksStoryTest, EveryoneAgreesInTheEndWhateverIsDownInBetween) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Story story(seed);
    for (int i = 0; i < 400; ++i) story.Step();
    story.Settle();
    story.Check();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(BooksStoryTest, TwoHundredWantFiveCopies) {
  Story story(1);
  ASSERT_TRUE(story.Warehouse("토지", 5, "1.0").ok());
  for (int i = 0; i < 200; ++i) story.Reserve("c" + std::to_string(i), "토지");
  story.DeliverAll();
  EXPECT_EQ(story.Reservations(Reservation::STATUS_DELIVERED).size(), 5);
  EXPECT_EQ(story.Reservations(Reservation::STATUS_CANCELED).size(), 195);
  EXPECT_EQ(story.Books().at(0).stock(), 0);
  story.Check();
}

TEST(BooksStoryTest, BookDown_RenewReserveListAndAllowPendingWorkAndApplyOnce) {
  Story story(2);
  ASSERT_TRUE(story.Warehouse("토지", 1, "1.0").ok());
  story.DeliverAll();
  story.SetBookDown(true);
  EXPECT_TRUE(absl::IsUnavailable(story.Warehouse("토지", 7, "1.0").status()));
  const auto pending = story.Warehouse("토지", 2, "1.0", true);
  ASSERT_TRUE(pending.ok());
  EXPECT_EQ(pending->status(), Library::STATUS_PENDING);
  ASSERT_TRUE(story.Renew("토지", "2.0").ok());
  ASSERT_TRUE(story.Renew("새 책", "1.0").ok());
  const std::string reserved = story.Reserve("kim", "토지");
  story.DeliverAll();
  EXPECT_EQ(story.BookViews().at(0).stock(), 1) << "the list works";
  EXPECT_EQ(story.ReservationOf(reserved).status(), Reservation::STATUS_RESERVED);
  story.Settle();
  EXPECT_EQ(story.ReservationOf(reserved).status(), Reservation::STATUS_DELIVERED);
  for (const auto& book : story.Books()) {
    EXPECT_EQ(book.version(), book.id() == "토지" ? "2.0" : "1.0");
  }
  story.Check();
}

TEST(BooksStoryTest, AdminMypageAndDeliveryCatchUp) {
  Story story(3);
  for (const TestContext* context : {&story.admin(), &story.mypage(), &story.delivery()}) {
    story.SetDown(*context, true);
  }
  ASSERT_TRUE(story.Warehouse("토지", 1, "1.0").ok());
  const std::string first = story.Reserve("kim", "토지");
  const std::string second = story.Reserve("lee", "토지");
  story.Cancel(story.ReservationOf(second));
  story.DeliverAll();
  EXPECT_TRUE(story.BookViews().empty());
  EXPECT_TRUE(story.Entries().empty());
  EXPECT_EQ(story.ReservationOf(first).status(), Reservation::STATUS_RESERVED);
  story.Settle();
  EXPECT_EQ(story.BookViews().size(), 1);
  EXPECT_EQ(story.Entries().size(), 2);
  story.Check();
}

}  // namespace
}  // namespace maru::books
