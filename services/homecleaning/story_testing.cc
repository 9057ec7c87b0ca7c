#include "services/homecleaning/story_testing.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/homecleaning/cleaning/policies.h"
#include "services/homecleaning/dashboard/view.h"
#include "services/homecleaning/paymethod/policies.h"
#include "services/homecleaning/reservation/policies.h"
#include "services/message/policies.h"
#include "services/payment/ledger.h"
#include "services/payment/ledger_testing.h"
#include "services/payment/policies.h"

namespace maru::homecleaning {

using cleaning::v1::Cleaning;
using dashboard::v1::ReservationView;
using maru::testing::TestContext;
using maru::testing::TestSystem;
using payment::v1::Payment;
using paymethod::v1::Paymethod;
using reservation::v1::CleaningReservation;

namespace {

constexpr char kAdmin[] = "admin:root";
// What message tells of (domain.md, section 2).
const std::set<std::string>& Told() {
  static const auto& told =
      *new std::set<std::string>{"PaymentApproved",   "PaymentCanceled",     "PaymentKindRefused",
                                 "CleaningConfirmed", "PaymethodRegistered", "PaymethodChanged"};
  return told;
}

}  // namespace

template <class Fn>
void Story::HearBy(TestContext& listener, Fn add, const std::vector<TestContext*>& sources) {
  events::Policies policies;
  add(policies);
  Hear(listener, policies, sources);
}

Story::Story(uint32_t seed) : TestSystem("homecleaning", seed) {
  HearBy(reservation_context_, reservation::AddPolicies, {&cleaning_context_, &payment_context_});
  HearBy(payment_context_,
         [this](events::Policies& on) {
           MARU_CHECK(payment::AddPolicies("homecleaning", provider_, on));
         },
         {&reservation_context_, &paymethod_context_});
  HearBy(paymethod_context_, paymethod::AddPolicies, {&payment_context_});
  HearBy(cleaning_context_, cleaning::AddPolicies, {&reservation_context_});
  HearBy(message_context_,
         [](events::Policies& on) { MARU_CHECK(message::AddPolicies("homecleaning", on)); },
         {&payment_context_, &paymethod_context_, &cleaning_context_});
  dashboard::AddView(view_);
  See(dashboard_context_, view_,
      {&reservation_context_, &payment_context_, &paymethod_context_, &cleaning_context_});
  queues().Watch([this](const event::v1::Event& event) {
    messages_expected_ += Told().count(event.type().substr(event.type().rfind('.') + 1));
  });
}

std::vector<TestSystem::Deployment> Story::Deployments() {
  return {
      {reservation_context_, reservations_}, {payment_context_, payments_, payment::CheckLedger},
      {paymethod_context_, paymethods_},     {cleaning_context_, cleanings_},
      {message_context_, messages_},         {dashboard_context_, views_}};
}

std::vector<TestSystem::Peering> Story::Peerings() {
  return {{reservation_context_, reservation_to_payment_},
          {paymethod_context_, paymethod_to_payment_}};
}

absl::StatusOr<CleaningReservation> Story::Reserve(std::string_view who, int64_t price,
                                                   const std::string& request_id) {
  reservation::v1::RequestCleaningRequest request;
  request.mutable_request_date()->set_seconds(1'800'000'000);
  request.set_place("서울 마포구 어울마당로 35");
  request.set_customer_name("김민수");
  request.set_price(price);
  const rpc::CallContext call = Call(who, request_id, absl::StrCat(price));
  return Run(reservations_.RequestCleaning(call, request));
}

absl::StatusOr<CleaningReservation> Story::Cancel(std::string_view who, const std::string& id) {
  reservation::v1::CancelReservationRequest request;
  request.set_id(id);
  const rpc::CallContext call = Call(who);
  return Run(reservations_.CancelReservation(call, request));
}

absl::StatusOr<Paymethod> Story::Register(std::string_view who, const std::string& reservation_id,
                                          const std::string& number) {
  paymethod::v1::RegisterPaymethodRequest request;
  request.set_reservation_id(reservation_id);
  request.set_kind(payment::v1::PAY_KIND_BANK);
  request.set_number(number);
  const rpc::CallContext call = Call(who);
  return Run(paymethods_.RegisterPaymethod(call, request));
}

absl::StatusOr<Paymethod> Story::Change(std::string_view who, const std::string& id,
                                        payment::v1::PayKind kind, const std::string& number) {
  paymethod::v1::ChangePaymethodRequest request;
  request.mutable_paymethod()->set_id(id);
  request.mutable_paymethod()->set_kind(kind);
  request.mutable_paymethod()->set_number(number);
  request.mutable_update_mask()->add_paths("kind");
  request.mutable_update_mask()->add_paths("number");
  const rpc::CallContext call = Call(who);
  return Run(paymethods_.ChangePaymethod(call, request));
}

absl::StatusOr<Cleaning> Story::Start(std::string_view who, const std::string& id) {
  cleaning::v1::StartCleaningRequest request;
  request.set_id(id);
  const rpc::CallContext call = Call(who);
  return Run(cleanings_.StartCleaning(call, request));
}

absl::StatusOr<Cleaning> Story::Finish(std::string_view who, const std::string& id) {
  cleaning::v1::FinishCleaningRequest request;
  request.set_id(id);
  const rpc::CallContext call = Call(who);
  return Run(cleanings_.FinishCleaning(call, request));
}

std::map<std::string, CleaningReservation> Story::Reservations() {
  std::map<std::string, CleaningReservation> rows;
  const rpc::CallContext call = Call(kAdmin);
  for (int status = CleaningReservation::STATUS_PENDING;
       status <= CleaningReservation::STATUS_REJECTED; ++status) {
    reservation::v1::ListReservationsRequest request;
    request.set_page_size(1000);
    request.set_status(static_cast<CleaningReservation::Status>(status));
    const auto page = Run(reservations_.ListReservations(call, request));
    for (const auto& row : page->reservations()) {
      rows[row.id()] = row;
    }
  }
  return rows;
}

std::map<std::string, Payment> Story::PaymentsByReference() {
  payment::v1::ListPaymentsRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  std::map<std::string, Payment> rows;
  const auto page = Run(payments_.ListPayments(call, request));
  for (const auto& row : page->payments()) {
    rows[row.reference_id()] = row;
  }
  return rows;
}

std::map<std::string, Cleaning> Story::CleaningsByReservation() {
  cleaning::v1::ListCleaningsRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  std::map<std::string, Cleaning> rows;
  const auto page = Run(cleanings_.ListCleanings(call, request));
  for (const auto& row : page->cleanings()) {
    EXPECT_TRUE(rows.emplace(row.reservation_id(), row).second) << "two cleanings";
  }
  return rows;
}

std::map<std::string, Paymethod> Story::PaymethodsByReservation() {
  paymethod::v1::ListPaymethodsRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  std::map<std::string, Paymethod> rows;
  const auto page = Run(paymethods_.ListPaymethods(call, request));
  for (const auto& row : page->paymethods()) {
    // Somebody else's may wait to be rejected: payment decides whose the reservation is.
    if (row.status() != Paymethod::STATUS_REGISTERED) continue;
    EXPECT_TRUE(rows.emplace(row.reservation_id(), row).second) << "two registered pay methods";
  }
  return rows;
}

std::map<std::string, ReservationView> Story::Views() {
  dashboard::v1::ListReservationViewsRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  std::map<std::string, ReservationView> rows;
  const auto page = Run(views_.ListReservationViews(call, request));
  for (const auto& row : page->reservation_views()) {
    rows[row.reservation_id()] = row;
  }
  return rows;
}

size_t Story::messages() {
  message::v1::ListMessagesRequest request;
  request.set_page_size(1000);
  const rpc::CallContext call = Call(kAdmin);
  return static_cast<size_t>(Run(messages_.ListMessages(call, request))->messages_size());
}

void Story::Step() {
  switch (Below(8)) {
    case 0:
    case 1:
      Act();
      break;
    case 2:
      Weather();
      break;
    default:
      queues().DeliverOne();
  }
  queues().Collect();
}

// Payment is away, or its answers are lost, for a while; time passes.
void Story::Weather() {
  maru::testing::DirectCaller& caller = *to_payment_[Below(2)];
  switch (Below(4)) {
    case 0:
      return caller.SetDown(Below(3) == 0);
    case 1:
      return caller.LoseAnswers(Below(3) == 0);
    default:
      return executor().Advance(absl::Seconds(static_cast<int64_t>(1 + Below(12))));
  }
}

// Whatever is refused is refused: the checks see what is left.
void Story::Act() {
  const std::string customer = absl::StrCat("customer:", Below(2) == 0 ? "kim" : "lee");
  const std::string cleaner = absl::StrCat("cleaner:", Below(2) == 0 ? "sora" : "jun");
  const std::string number = Below(4) == 0 ? kRefusedNumber : absl::StrCat(10'000'000 + Below(99));
  const auto any = [this](const auto& rows) {
    return std::next(rows.begin(), static_cast<ptrdiff_t>(Below(rows.size())))->second;
  };
  const auto reservations = Reservations();
  const size_t what = reservations.empty() ? 0 : Below(12);
  if (what < 2) {
    std::string request_id;
    int64_t price = Below(6) == 0 ? kLimit + 1 : 20000;
    if (Below(2) == 0) {
      request_id = absl::StrCat("0190f0e0-7c1c-7a3e-8000-00000000000", Below(6));
      price = 20000;
    }
    Reserve(customer, price, request_id).IgnoreError();
  } else if (what < 4) {
    const CleaningReservation row = any(reservations);
    Cancel(absl::StrCat("customer:", row.customer_id()), row.id()).IgnoreError();
  } else if (what < 6) {
    Register(customer, any(reservations).id(), number).IgnoreError();
  } else if (what < 8) {
    const auto paymethods = PaymethodsByReservation();
    if (paymethods.empty()) return;
    const Paymethod row = any(paymethods);
    const auto kind = Below(2) == 0 ? payment::v1::PAY_KIND_BANK : payment::v1::PAY_KIND_CREDIT;
    Change(absl::StrCat("customer:", row.customer_id()), row.id(), kind, number).IgnoreError();
  } else {
    const auto cleanings = CleaningsByReservation();
    if (cleanings.empty()) return;
    const Cleaning row = any(cleanings);
    (what < 10 ? Start(cleaner, row.id()) : Finish(cleaner, row.id())).IgnoreError();
  }
}

void Story::CheckReservation(const CleaningReservation& row) {
  SCOPED_TRACE(row.DebugString());
  const auto payments = PaymentsByReference();
  const auto cleanings = CleaningsByReservation();
  const auto views = Views();
  const auto payment = payments.find(row.id());
  if (row.status() == CleaningReservation::STATUS_REJECTED) {
    EXPECT_TRUE(payment == payments.end() || payment->second.status() != Payment::STATUS_APPROVED);
    EXPECT_EQ(cleanings.count(row.id()), 0);
    EXPECT_EQ(views.count(row.id()), 0) << "a rejected one is shown";
    return;
  }
  ASSERT_TRUE(payment != payments.end() && cleanings.contains(row.id()) &&
              views.contains(row.id()));
  EXPECT_EQ(payment->second.amount(), row.price());
  EXPECT_EQ(payment->second.customer_id(), row.customer_id());
  EXPECT_EQ(payment->second.pay_kind(), row.pay_kind());
  EXPECT_EQ(views.at(row.id()).pay_kind(), row.pay_kind());
  const Cleaning::Status cleaned = cleanings.at(row.id()).status();
  const ReservationView::Status shown = views.at(row.id()).status();
  switch (row.status()) {
    case CleaningReservation::STATUS_PAID:
      EXPECT_EQ(payment->second.status(), Payment::STATUS_APPROVED);
      EXPECT_TRUE(cleaned == Cleaning::STATUS_OPEN || cleaned == Cleaning::STATUS_STARTED);
      EXPECT_EQ(shown, ReservationView::STATUS_PAID);
      break;
    case CleaningReservation::STATUS_CLEANED:
      EXPECT_EQ(payment->second.status(), Payment::STATUS_APPROVED);
      EXPECT_EQ(cleaned, Cleaning::STATUS_FINISHED);
      EXPECT_EQ(shown, ReservationView::STATUS_CLEANED);
      break;
    case CleaningReservation::STATUS_REFUNDED:
      EXPECT_EQ(payment->second.status(), Payment::STATUS_CANCELED);
      EXPECT_TRUE(cleaned == Cleaning::STATUS_CANCELED || cleaned == Cleaning::STATUS_FINISHED);
      EXPECT_EQ(shown, ReservationView::STATUS_REFUNDED);
      break;
    default:
      ADD_FAILURE() << "neither terminal nor resting";
  }
}

void Story::Check() {
  const auto payments = PaymentsByReference();
  const auto views = Views();
  for (const auto& [id, row] : Reservations()) CheckReservation(row);
  for (const auto& [reservation_id, row] : PaymethodsByReservation()) {
    SCOPED_TRACE(row.DebugString());
    EXPECT_EQ(row.kind(), payments.at(reservation_id).pay_kind());
    EXPECT_EQ(row.customer_id(), payments.at(reservation_id).customer_id());
    if (views.contains(reservation_id)) {
      EXPECT_EQ(views.at(reservation_id).masked_number(), row.number());
    }
  }
  EXPECT_EQ(paymethod_context_.sagas().running() + reservation_context_.sagas().running(), 0);
  payment::ExpectMoneyAddsUp(payment_context_);
  EXPECT_EQ(messages(), messages_expected_);
}

}  // namespace maru::homecleaning
