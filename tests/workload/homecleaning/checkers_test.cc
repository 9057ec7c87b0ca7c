// Goal: no checker passes over what it is for. Method: one reservation that was cleaned and paid
// for in another way than it was asked for, and one that was canceled, as they should be; then one
// thing is wrong.
#include "tests/workload/homecleaning/checkers.h"

#include <string>

#include "tests/workload/spoiled.h"

namespace maru::workload::homecleaning {
namespace {

using cleaning::Cleaning;
using dashboard::ReservationView;
using payment::Payment;
using paymethod::Paymethod;
using reservation::CleaningReservation;

constexpr char kReservations[] = "homecleaning.reservation";
constexpr char kPayments[] = "homecleaning.payment";
constexpr char kPaymethods[] = "homecleaning.paymethod";
constexpr char kCleanings[] = "homecleaning.cleaning";

void Wished(const std::string& request_id, const std::string& reservation_id, Town& town) {
  Wish& wish = town.wishes[request_id];
  wish.customer = "kim";
  wish.request = Of<reservation::RequestCleaningRequest>("place: '" + request_id +
                                                         "' customer_name: '김민수' price: 9000");
  wish.outcome = Wish::Outcome::kPaid;
  wish.reservation_id = reservation_id;
}

Town WhatWasTold() {
  Town town;
  Wished("r1", "clean", town);
  Wished("r2", "gone", town);
  town.deeds.Once<cleaning::CleaningConfirmed>("clean");
  town.deeds.Once<paymethod::PaymethodRegistered>("clean");
  town.deeds.Once<reservation::CleaningRequestCanceled>("gone");
  town.cleaners["clean"] = "lee";
  return town;
}

void PublishAll(std::map<std::string, Topic>& topics) {
  const auto requested = [&topics](const char* id, const std::string& place) {
    Publish<reservation::CleaningRequested>(
        kReservations, id,
        "request_date {} customer_name: '김민수' customer_id: 'kim' price: 9000 place: '" + place +
            "'",
        topics);
    Publish<payment::PaymentApproved>(
        kPayments, id, "customer_id: 'kim' amount: 9000 pay_kind: PAY_KIND_CREDIT", topics);
  };
  requested("clean", "r1");
  requested("gone", "r2");
  Publish<payment::PaymentKindChanged>(
      kPayments, "clean",
      "customer_id: 'kim' pay_kind: PAY_KIND_BANK masked_number: '*1234' change_id: 'way'", topics);
  Publish<paymethod::PaymethodRegistered>(kPaymethods, "clean",
                                          "customer_id: 'kim' paymethod_id: 'way'", topics);
  Publish<cleaning::CleaningConfirmed>(kCleanings, "clean",
                                       "customer_id: 'kim' clean_date { seconds: 5 }", topics);
  Publish<reservation::CleaningRequestCanceled>(kReservations, "gone", "customer_id: 'kim'",
                                                topics);
  Publish<payment::PaymentCanceled>(kPayments, "gone", "customer_id: 'kim' amount: 9000", topics);
}

Stored WhatIsThere() {
  Stored stored;
  PublishAll(stored.topics);
  stored.reservations = {
      Of<CleaningReservation>("id: 'clean' place: 'r1' customer_id: 'kim' customer_name: '김민수' "
                              "price: 9000 pay_kind: PAY_KIND_BANK status: STATUS_CLEANED"),
      Of<CleaningReservation>("id: 'gone' place: 'r2' customer_id: 'kim' customer_name: '김민수' "
                              "price: 9000 pay_kind: PAY_KIND_CREDIT status: STATUS_REFUNDED")};
  stored.payments = {Of<Payment>("reference_id: 'clean' amount: 9000 pay_kind: PAY_KIND_BANK "
                                 "status: STATUS_APPROVED"),
                     Of<Payment>("reference_id: 'gone' amount: 9000 pay_kind: PAY_KIND_CREDIT "
                                 "status: STATUS_CANCELED")};
  stored.cleanings = {
      Of<Cleaning>("reservation_id: 'clean' cleaner_id: 'lee' status: STATUS_FINISHED"),
      Of<Cleaning>("reservation_id: 'gone' status: STATUS_CANCELED")};
  stored.paymethods = {
      Of<Paymethod>("reservation_id: 'clean' customer_id: 'kim' number: '*1234' "
                    "kind: PAY_KIND_BANK status: STATUS_REGISTERED")};
  for (const auto& [kind, id] :
       {std::pair("PaymentApproved", "clean"), std::pair("PaymentApproved", "gone"),
        std::pair("PaymentCanceled", "gone"), std::pair("CleaningConfirmed", "clean"),
        std::pair("PaymethodRegistered", "clean")}) {
    message::Message& row = stored.messages.emplace_back();
    row.set_recipient("kim");
    row.set_kind(kind);
    row.set_subject_id(id);
    row.set_text("예약 안내");
  }
  stored.views = {
      Of<ReservationView>("reservation_id: 'clean' status: STATUS_CLEANED pay_kind: PAY_KIND_BANK "
                          "masked_number: '*1234' request_date {} place: 'r1' price: 9000 "
                          "customer_name: '김민수' request_time { seconds: 1 } "
                          "clean_time { seconds: 5 }"),
      Of<ReservationView>("reservation_id: 'gone' status: STATUS_REFUNDED place: 'r2' "
                          "pay_kind: PAY_KIND_CREDIT request_date {} price: 9000 "
                          "customer_name: '김민수' request_time { seconds: 2 } "
                          "cancel_time { seconds: 3 } refund_time { seconds: 4 }")};
  return stored;
}

void Unpublish(const char* topic, Stored& stored) { stored.topics[topic].records.pop_back(); }

const std::vector<Spoiled<Stored, Town>>& Wrong() {
  static const auto& wrong = *new std::vector<Spoiled<Stored, Town>>{
      {"lost", CheckWishes, "acknowledged as clean but stored as []",
       [](Stored& stored, Town&) { stored.reservations.erase(stored.reservations.begin()); }},
      {"listed twice", CheckWishes, "listed twice: gone",
       [](Stored& stored, Town&) { stored.reservations.push_back(stored.reservations.back()); }},
      {"of one wish two", CheckWishes, "r2 became several: gone, again",
       [](Stored& stored, Town&) {
         stored.reservations.push_back(stored.reservations.back());
         stored.reservations.back().set_id("again");
       }},
      {"of nothing", CheckWishes, "nobody wished for",
       [](Stored&, Town& town) { town.wishes.erase("r1"); }},
      {"of another price", CheckWishes, "wished {",
       [](Stored&, Town& town) { town.wishes["r1"].request.set_price(1); }},
      {"still pending", CheckWishes, "clean is PENDING",
       [](Stored& stored, Town&) {
         stored.reservations.front().set_status(CleaningReservation::STATUS_PENDING);
       }},
      {"refused", CheckWishes, "refused but there is clean",
       [](Stored&, Town& town) { town.wishes["r1"].outcome = Wish::Outcome::kRefused; }},
      {"canceled while it was pending", CheckWishes, "gone was canceled while it was pending",
       [](Stored&, Town& town) { town.canceled_pending.insert("gone"); }},

      {"a command without effect", CheckDeeds, "CleaningConfirmed of clean was published 0 times",
       [](Stored& stored, Town&) { Unpublish(kCleanings, stored); }},
      {"an effect without a command", CheckDeeds, "PaymethodChanged of clean was published 1 times",
       [](Stored& stored, Town&) {
         Publish<paymethod::PaymethodChanged>(kPaymethods, "clean", "", stored.topics);
       }},

      {"a second refund", CheckConsequences, "no step from",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentCanceled>(kPayments, "gone", "", stored.topics);
       }},
      {"a command with two effects", CheckConsequences, "gone has an event twice",
       [](Stored& stored, Town&) {
         Publish<reservation::CleaningRequestCanceled>(kReservations, "gone", "", stored.topics);
       }},
      {"no payment", CheckConsequences, "clean was requested without a payment",
       [](Stored& stored, Town&) { stored.topics.erase(kPayments); }},
      {"no refund", CheckConsequences, "gone: it has ended, but not: its payment is given back",
       [](Stored& stored, Town&) { Unpublish(kPayments, stored); }},
      {"a change that is decided twice", CheckConsequences, "change way of clean was answered 1",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentKindChanged>(kPayments, "clean", "change_id: 'way'",
                                              stored.topics);
       }},
      {"a change that is never decided", CheckConsequences, "change next of clean was answered -1",
       [](Stored& stored, Town&) {
         Publish<paymethod::PaymethodChanged>(kPaymethods, "clean", "change_id: 'next'",
                                              stored.topics);
       }},

      {"a reservation that disagrees", CheckRows, "reservation: acknowledged",
       [](Stored& stored, Town&) {
         stored.reservations.back().set_status(CleaningReservation::STATUS_PAID);
       }},
      {"a cleaning that disagrees", CheckRows, "cleaning {",
       [](Stored& stored, Town&) { stored.cleanings.back().set_status(Cleaning::STATUS_OPEN); }},
      {"another cleaner", CheckRows, "cleaning {",
       [](Stored&, Town& town) { town.cleaners["clean"] = "park"; }},
      {"no cleaning", CheckRows, "clean: it is to have one, but not: a cleaning",
       [](Stored& stored, Town&) { stored.cleanings.erase(stored.cleanings.begin()); }},
      {"a second cleaning", CheckRows, "a second one",
       [](Stored& stored, Town&) { stored.cleanings.push_back(stored.cleanings.back()); }},
      {"a page that disagrees", CheckRows, "page: acknowledged",
       [](Stored& stored, Town&) { stored.views.back().mutable_refund_time()->set_seconds(7); }},
      {"another pay method than paid with", CheckRows, "pay method {",
       [](Stored& stored, Town&) { stored.paymethods.front().set_number("*9999"); }},
      {"a payment that disagrees", CheckRows, "payment of clean is not",
       [](Stored& stored, Town&) {
         stored.payments.front().set_pay_kind(payment::PAY_KIND_CREDIT);
       }},
      {"a payment of nothing", CheckRows, "a payment of nothing",
       [](Stored& stored, Town&) { stored.payments.emplace_back().set_reference_id("other"); }},

      {"money that is kept", CheckMoney, "held for gone: 9000",
       [](Stored& stored, Town&) { stored.payments.back().set_status(Payment::STATUS_APPROVED); }},
      {"too dear", CheckMoney, "dearer than anybody may pay: clean",
       [](Stored& stored, Town&) { stored.reservations.front().set_price(kLimit + 1); }},
      {"money out of nothing", CheckMoney, "approved 18000 − refunded 18000 is not 9000",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentCanceled>(kPayments, "gone", "amount: 9000", stored.topics);
       }},

      {"a message too few", CheckMessages, "kim misses 1 messages PaymentApproved about clean",
       [](Stored& stored, Town&) { stored.messages.erase(stored.messages.begin()); }},
      {"a message twice", CheckMessages, "kim misses -1 messages PaymethodRegistered about clean",
       [](Stored& stored, Town&) { stored.messages.push_back(stored.messages.back()); }},
      {"a message without text", CheckMessages, "no text",
       [](Stored& stored, Town&) { stored.messages.front().clear_text(); }},

      {"a hole in the log", CheckHomecleaning, "[log]",
       [](Stored& stored, Town&) {
         stored.topics[kPayments].records.erase(stored.topics[kPayments].records.begin());
       }},
  };
  return wrong;
}

TEST(HomecleaningCheckersTest, WhatIsRightPasses) {
  EXPECT_EQ(CheckHomecleaning(WhatIsThere(), WhatWasTold()), "");
}

TEST(HomecleaningCheckersTest, WhatIsWrongIsFound) {
  ExpectFound(Wrong(), WhatIsThere(), WhatWasTold());
}

}  // namespace
}  // namespace maru::workload::homecleaning
