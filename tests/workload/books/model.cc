// What the events of a reservation make of every context's rows: the naive model.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "tests/workload/books/checkers.h"
#include "tests/workload/history.h"
#include "tests/workload/model.h"
#include "tests/workload/problems.h"

namespace maru::workload::books {

using delivery::Delivery;
using mypage::MyPageEntry;
using reservation::Reservation;

namespace {

constexpr char kReservationTopic[] = "books.reservation";
constexpr char kDeliveryTopic[] = "books.delivery";
constexpr char kBookTopic[] = "books.book";

constexpr Edge<Delivery::Status> kDeliveryEdges[] = {
    {Delivery::STATUS_UNSPECIFIED, Is<delivery::DeliveryRequested>, Delivery::STATUS_REQUESTED},
    {Delivery::STATUS_REQUESTED, Is<delivery::BookDelivered>, Delivery::STATUS_DELIVERED},
    {Delivery::STATUS_REQUESTED, Is<delivery::DeliveryCanceled>, Delivery::STATUS_CANCELED},
    {Delivery::STATUS_DELIVERED, Is<delivery::DeliveryCanceled>, Delivery::STATUS_CANCELED},
};

// What one reservation has become.
struct Model {
  bool canceled = false;
  bool out_of_stock = false;
  Delivery::Status delivery = Delivery::STATUS_UNSPECIFIED;
  MyPageEntry page;
};

// Several contexts tell of an end: the earliest stays.
void End(const event::v1::Event& event, MyPageEntry& page) {
  page.set_status(MyPageEntry::STATUS_CANCELED);
  if (!page.has_cancel_time() || FromTimestamp(event.time()) < FromTimestamp(page.cancel_time())) {
    *page.mutable_cancel_time() = event.time();
  }
}

MyPageEntry PageOf(const History& history, const std::string& id) {
  MyPageEntry page;
  page.set_reservation_id(id);
  page.set_status(MyPageEntry::STATUS_RESERVED);
  for (const auto& event : history.All<reservation::Reserved>(id)) {
    page.set_customer_id(event.customer_id());
    page.set_book_id(event.book_id());
  }
  for (const auto& event : history.All<delivery::DeliveryRequested>(id)) {
    page.set_delivery_id(event.delivery_id());
  }
  for (const event::v1::Event* event : history.Of(id, kReservationTopic)) {
    if (Is<reservation::Reserved>(*event)) *page.mutable_reserve_time() = event->time();
  }
  for (const event::v1::Event* event : history.Of(id, kDeliveryTopic)) {
    if (!Is<delivery::BookDelivered>(*event)) continue;
    page.set_status(MyPageEntry::STATUS_DELIVERED);
    *page.mutable_deliver_time() = event->time();
  }
  for (const char* topic : {kReservationTopic, kDeliveryTopic, kBookTopic}) {
    for (const event::v1::Event* event : history.Of(id, topic)) {
      if (Is<reservation::ReservationCanceled>(*event) || Is<delivery::DeliveryCanceled>(*event) ||
          Is<book::OutOfStock>(*event)) {
        End(*event, page);
      }
    }
  }
  return page;
}

Model ModelOf(const History& history, const std::string& id, Problems& problems) {
  Model model;
  model.canceled = history.Has<reservation::ReservationCanceled>(id);
  model.out_of_stock = history.Has<book::OutOfStock>(id);
  model.delivery = Walk(model.delivery, kDeliveryEdges, history.Of(id, kDeliveryTopic), problems);
  // Tells nobody.
  if (model.out_of_stock && model.delivery == Delivery::STATUS_REQUESTED) {
    model.delivery = Delivery::STATUS_FAILED;
  }
  model.page = PageOf(history, id);
  return model;
}

// Each event once, and each with its consequences.
void CheckConsequences(const History& history, const std::string& id, const Model& model,
                       Problems& problems) {
  for (const size_t count :
       {history.Count<reservation::Reserved>(id), history.Count<delivery::DeliveryRequested>(id),
        history.Count<book::BookIssued>(id) + history.Count<book::OutOfStock>(id)}) {
    if (count != 1) problems.Add(absl::StrCat(id, " has an event ", count, " times"));
  }
  const bool delivered = history.Has<delivery::BookDelivered>(id);
  const bool given_back = history.Has<delivery::DeliveryCanceled>(id);
  if (delivered && !history.Has<book::BookIssued>(id)) {
    problems.Add(absl::StrCat(id, " was delivered and never issued"));
  }
  if (model.delivery == Delivery::STATUS_REQUESTED) {
    problems.Add(absl::StrCat(id, " was issued and never delivered"));
  }
  // What failed cannot be canceled any more.
  CheckBoth(id, "its delivery is canceled", given_back, "it is canceled",
            model.canceled && model.delivery != Delivery::STATUS_FAILED, problems);
}

void CheckReservation(const Model& model, const Reservation& row, Problems& problems) {
  Reservation want = row;
  want.set_status(model.canceled || model.out_of_stock ? Reservation::STATUS_CANCELED
                                                       : Reservation::STATUS_DELIVERED);
  want.set_reason(model.canceled       ? Reservation::REASON_CUSTOMER
                  : model.out_of_stock ? Reservation::REASON_OUT_OF_STOCK
                                       : Reservation::REASON_UNSPECIFIED);
  problems.AddDifference("reservation", want, row);
}

}  // namespace

std::string CheckReservations(const Stored& stored, const Town&) {
  Problems problems;
  const History history(stored.topics);
  auto deliveries = OnePer(stored.deliveries, &Delivery::reservation_id, problems);
  auto pages = OnePer(stored.pages, &MyPageEntry::reservation_id, problems);
  for (const Reservation& row : stored.reservations) {
    const std::string& id = row.id();
    const Model model = ModelOf(history, id, problems);
    CheckConsequences(history, id, model, problems);
    CheckReservation(model, row, problems);
    const auto delivery = Take("a delivery", id, true, deliveries, problems);
    if (delivery.has_value() &&
        (delivery->status() != model.delivery || delivery->book_id() != row.book_id())) {
      problems.Add(
          absl::StrCat("delivery {", delivery->ShortDebugString(), "} is not ", model.delivery));
    }
    const auto page = Take("a page", id, true, pages, problems);
    if (page.has_value()) problems.AddDifference("page", model.page, *page);
  }
  CheckNoneLeft("a delivery", deliveries, problems);
  CheckNoneLeft("a page", pages, problems);
  return problems.ToString();
}

}  // namespace maru::workload::books
