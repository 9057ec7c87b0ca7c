#include "services/books/story_testing.h"

#include <map>

#include "common/base/decimal.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/books/admin/view.h"
#include "services/books/book/policies.h"
#include "services/books/delivery/policies.h"
#include "services/books/mypage/view.h"
#include "services/books/reservation/policies.h"

namespace maru::books {

using maru::testing::CallBy;
using maru::testing::TestSystem;
using Delivery = delivery::v1::Delivery;
using Entry = mypage::v1::MyPageEntry;
using Library = library::v1::Library;
using Reservation = reservation::v1::Reservation;

namespace {

constexpr char kSujin[] = "librarian:sujin";

}  // namespace

Story::Story(uint32_t seed) : TestSystem("books", seed) {
  events::Policies on_book;
  book::AddPolicies(on_book);
  Hear(book_, on_book, {&library_, &delivery_});
  events::Policies on_reservation;
  reservation::AddPolicies(on_reservation);
  Hear(reservation_, on_reservation, {&book_, &delivery_});
  events::Policies on_delivery;
  delivery::AddPolicies(on_delivery);
  Hear(delivery_, on_delivery, {&reservation_, &book_});
  admin::AddView(admin_view_);
  See(admin_, admin_view_, {&book_});
  mypage::AddView(mypage_view_);
  See(mypage_, mypage_view_, {&reservation_, &delivery_, &book_});
}

std::vector<TestSystem::Deployment> Story::Deployments() {
  return {{library_, libraries_},        {book_, books_},          {admin_, admins_},
          {reservation_, reservations_}, {delivery_, deliveries_}, {mypage_, mypages_}};
}

std::vector<TestSystem::Peering> Story::Peerings() { return {{library_, to_book_}}; }

void Story::Step() {
  if (Below(3) == 0) {
    Act();
    queues().Collect();
  } else {
    queues().DeliverOne();
  }
}

void Story::SetBookDown(bool down) {
  to_book_.SetDown(down);
  queues().SetDown(book_, down);
}

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
  book::v1::ListBooksRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = CallBy(kSujin);
  const auto page = book_.Run(books_.ListBooks(call, request));
  return {page->books().begin(), page->books().end()};
}

std::vector<admin::v1::BookView> Story::BookViews() {
  admin::v1::ListBookViewsRequest request;
  request.set_page_size(1000);
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
      return executor().Advance(absl::Seconds(5));
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

}  // namespace maru::books
