// Goal: no checker passes over what it is for. Method: a book of which one copy was delivered, one
// came back and a third was not there, as it should be; then one thing is wrong.
#include "tests/workload/books/checkers.h"

#include <string>

#include "tests/workload/spoiled.h"

namespace maru::workload::books {
namespace {

using book::Book;
using delivery::Delivery;
using library::Library;
using list::BookView;
using mypage::MyPageEntry;
using reservation::Reservation;

constexpr char kLibraries[] = "books.library";
constexpr char kBookTopic[] = "books.book";
constexpr char kReservations[] = "books.reservation";
constexpr char kDeliveries[] = "books.delivery";
constexpr char kBook[] = "토지";

Town WhatWasTold() {
  Town town;
  const auto wished = [&town](const char* request_id, const char* row) {
    town.wishes[request_id] = {Of<Library>(row), Wish::Outcome::kConfirmed};
  };
  wished("r1", "book_id: '토지' quantity: 2 version: '1' kind: KIND_WAREHOUSED");
  wished("r2", "book_id: '토지' version: '2' kind: KIND_RENEWED");
  for (const char* id : {"read", "back", "late"}) town.reservations[id] = "kim";
  town.reserved[{"kim", kBook}] = {3, 0};
  town.deeds.Once<reservation::ReservationCanceled>("back");
  return town;
}

void PublishAll(std::map<std::string, Topic>& topics) {
  Publish<library::Warehoused>(kLibraries, "l1", "", topics);
  Publish<library::Renewed>(kLibraries, "l2", "", topics);
  Publish<book::BookUpdated>(kBookTopic, kBook, "stock: 2 version: '1' revision: 1", topics);
  Publish<book::BookUpdated>(kBookTopic, kBook, "stock: 1 version: '2' revision: 2", topics);
  for (const char* id : {"read", "back", "late"}) {
    Publish<reservation::Reserved>(kReservations, id, "customer_id: 'kim' book_id: '토지'", topics);
    Publish<delivery::DeliveryRequested>(kDeliveries, id, "delivery_id: 'd'", topics);
  }
  for (const char* id : {"read", "back"}) {
    Publish<book::BookIssued>(kBookTopic, id, "book_id: '토지'", topics);
    Publish<delivery::BookDelivered>(kDeliveries, id, "", topics);
  }
  Publish<book::OutOfStock>(kBookTopic, "late", "book_id: '토지'", topics);
  Publish<reservation::ReservationCanceled>(kReservations, "back", "", topics);
  Publish<delivery::DeliveryCanceled>(kDeliveries, "back", "", topics);
}

Stored WhatIsThere() {
  Stored stored;
  PublishAll(stored.topics);
  stored.libraries = {Of<Library>("id: 'l1' name: 'r1' book_id: '토지' quantity: 2 version: '1' "
                                  "kind: KIND_WAREHOUSED status: STATUS_CONFIRMED"),
                      Of<Library>("id: 'l2' name: 'r2' book_id: '토지' version: '2' "
                                  "kind: KIND_RENEWED status: STATUS_CONFIRMED")};
  stored.books = {
      Of<Book>("id: '토지' stock: 1 version: '2' revision: 2 received: 2 issued: 2 "
               "returned: 1")};
  stored.list = {Of<BookView>("book_id: '토지' stock: 1 version: '2'")};
  const std::string kim = "customer_id: 'kim' book_id: '토지' ";
  stored.reservations = {
      Of<Reservation>(kim + "id: 'read' status: STATUS_DELIVERED"),
      Of<Reservation>(kim + "id: 'back' status: STATUS_CANCELED reason: REASON_CUSTOMER"),
      Of<Reservation>(kim + "id: 'late' status: STATUS_CANCELED reason: REASON_OUT_OF_STOCK")};
  stored.deliveries = {
      Of<Delivery>("reservation_id: 'read' book_id: '토지' status: STATUS_DELIVERED"),
      Of<Delivery>("reservation_id: 'back' book_id: '토지' status: STATUS_CANCELED"),
      Of<Delivery>("reservation_id: 'late' book_id: '토지' status: STATUS_FAILED")};
  stored.pages = {
      Of<MyPageEntry>(kim + "reservation_id: 'read' delivery_id: 'd' status: STATUS_DELIVERED "
                            "reserve_time { seconds: 1 } deliver_time { seconds: 4 }"),
      Of<MyPageEntry>(kim + "reservation_id: 'back' delivery_id: 'd' status: STATUS_CANCELED "
                            "reserve_time { seconds: 2 } deliver_time { seconds: 5 } "
                            "cancel_time { seconds: 4 }"),
      Of<MyPageEntry>(kim + "reservation_id: 'late' delivery_id: 'd' status: STATUS_CANCELED "
                            "reserve_time { seconds: 3 } cancel_time { seconds: 5 }")};
  return stored;
}

void Unpublish(const char* topic, Stored& stored) { stored.topics[topic].records.pop_back(); }

const std::vector<Spoiled<Stored, Town>>& Wrong() {
  static const auto& wrong = *new std::vector<Spoiled<Stored, Town>>{
      {"lost", CheckLibraries, "r1 was taken in 0 times",
       [](Stored& stored, Town&) { stored.libraries.erase(stored.libraries.begin()); }},
      {"taken in twice", CheckLibraries, "r2 was taken in 2 times",
       [](Stored& stored, Town&) { stored.libraries.push_back(stored.libraries.back()); }},
      {"refused", CheckLibraries, "r1 was taken in 1 times",
       [](Stored&, Town& town) { town.wishes["r1"].outcome = Wish::Outcome::kRefused; }},
      {"accepted, and then forgotten", CheckLibraries, "r1 was taken in 0 times",
       [](Stored& stored, Town& town) {
         town.wishes["r1"].outcome = Wish::Outcome::kAccepted;
         stored.libraries.front().set_status(Library::STATUS_FAILED);
       }},
      {"of nothing", CheckLibraries, "nobody wished for",
       [](Stored&, Town& town) { town.wishes.erase("r1"); }},
      {"another number", CheckLibraries, "nobody wished for",
       [](Stored& stored, Town&) { stored.libraries.front().set_quantity(7); }},
      {"still pending", CheckLibraries, "l1 is PENDING",
       [](Stored& stored, Town&) { stored.libraries.front().set_status(Library::STATUS_PENDING); }},
      {"told twice", CheckLibraries, "told 2 times",
       [](Stored& stored, Town&) {
         Publish<library::Renewed>(kLibraries, "l2", "", stored.topics);
       }},
      {"never told", CheckLibraries, "told 0 times",
       [](Stored& stored, Town&) { Unpublish(kLibraries, stored); }},

      {"more than came", CheckBooks, "book {",
       [](Stored& stored, Town&) { stored.books.front().set_stock(2); }},
      {"received twice", CheckBooks, "received were 2",
       [](Stored& stored, Town&) {
         stored.books.front().set_received(4);
         stored.books.front().set_stock(3);
       }},
      {"issued and not counted", CheckBooks, "issued 3",
       [](Stored& stored, Town&) {
         Publish<book::BookIssued>(kBookTopic, "late", "book_id: '토지'", stored.topics);
       }},
      {"not given back", CheckBooks, "returned 1",
       [](Stored& stored, Town&) {
         stored.books.front().set_returned(0);
         stored.books.front().set_stock(0);
       }},
      {"reset and never renewed", CheckBooks, "book {",
       [](Stored& stored, Town&) {
         stored.libraries.pop_back();
         stored.books.front().set_version("1");
         stored.books.front().set_reset(1);
         stored.books.front().set_stock(2);
       }},
      {"an old version", CheckBooks, "version 2",
       [](Stored& stored, Town&) { stored.books.front().set_version("1"); }},
      {"an update that is missing", CheckBooks, "update 1",
       [](Stored& stored, Town&) {
         auto& records = stored.topics[kBookTopic].records;
         records.erase(records.begin());
       }},
      {"an update too few", CheckBooks, "the last update is not",
       [](Stored& stored, Town&) { stored.books.front().set_revision(3); }},
      {"a list that disagrees", CheckBooks, "listed {",
       [](Stored& stored, Town&) { stored.list.front().set_stock(2); }},
      {"not listed", CheckBooks, "not: a line in the list",
       [](Stored& stored, Town&) { stored.list.clear(); }},
      {"listed and not there", CheckBooks, "a line in the list of nothing",
       [](Stored& stored, Town&) { stored.list.emplace_back().set_book_id("dune"); }},
      {"a book that is lost", CheckBooks, "there is no book 토지",
       [](Stored& stored, Town&) { stored.books.clear(); }},

      {"a command without effect", CheckDeeds, "ReservationCanceled of back was published 0 times",
       [](Stored& stored, Town&) { Unpublish(kReservations, stored); }},
      {"a reservation that is lost", CheckDeeds, "acknowledged but not listed: late",
       [](Stored& stored, Town&) { stored.reservations.pop_back(); }},
      {"reserved twice", CheckDeeds, "kim has 4 reservations of 토지",
       [](Stored& stored, Town&) { stored.reservations.push_back(stored.reservations.back()); }},
      {"reserved by nobody", CheckDeeds, "lee has 1 reservations of 토지",
       [](Stored& stored, Town&) { stored.reservations.back().set_customer_id("lee"); }},

      {"decided twice", CheckReservations, "late has an event 2 times",
       [](Stored& stored, Town&) {
         Publish<book::BookIssued>(kBookTopic, "late", "", stored.topics);
       }},
      {"delivered and never issued", CheckReservations, "was delivered and never issued",
       [](Stored& stored, Town&) { stored.topics.erase(kBookTopic); }},
      {"issued and never delivered", CheckReservations, "read was issued and never delivered",
       [](Stored& stored, Town&) {
         auto& records = stored.topics[kDeliveries].records;
         records.erase(records.begin() + 3);
       }},
      {"canceled and delivered all the same", CheckReservations, "not: its delivery is canceled",
       [](Stored& stored, Town&) { Unpublish(kDeliveries, stored); }},
      {"delivered again after it was canceled", CheckReservations, "no step from",
       [](Stored& stored, Town&) {
         Publish<delivery::BookDelivered>(kDeliveries, "back", "", stored.topics);
       }},
      {"a reservation that disagrees", CheckReservations, "reservation: acknowledged",
       [](Stored& stored, Town&) { stored.reservations.back().clear_reason(); }},
      {"a delivery that disagrees", CheckReservations, "delivery {",
       [](Stored& stored, Town&) {
         stored.deliveries.back().set_status(Delivery::STATUS_DELIVERED);
       }},
      {"a delivery of nothing", CheckReservations, "a delivery of nothing",
       [](Stored& stored, Town&) { stored.deliveries.emplace_back().set_reservation_id("other"); }},
      {"a page that disagrees", CheckReservations, "page: acknowledged",
       [](Stored& stored, Town&) { stored.pages.back().mutable_cancel_time()->set_seconds(9); }},
      {"a second page", CheckReservations, "a second one",
       [](Stored& stored, Town&) { stored.pages.push_back(stored.pages.back()); }},

      {"a hole in the log", CheckAll, "[log]",
       [](Stored& stored, Town&) { Unpublish(kLibraries, stored); }},
  };
  return wrong;
}

TEST(BooksCheckersTest, WhatIsRightPasses) {
  EXPECT_EQ(CheckAll(WhatIsThere(), WhatWasTold()), "");
}

TEST(BooksCheckersTest, WhatIsWrongIsFound) { ExpectFound(Wrong(), WhatIsThere(), WhatWasTold()); }

}  // namespace
}  // namespace maru::workload::books
