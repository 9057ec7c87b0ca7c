// Goal: commands, queries and policies of reservation keep what the rules decide, whole, and tell
// it; money and reservations agree in the end. Method: handlers and policies over stores in memory,
// without a transport; payment is the real one.
#include "services/homecleaning/reservation/service.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/homecleaning/cleaning/v1/events.maru.h"
#include "maru/payment/v1/events.maru.h"
#include "services/homecleaning/reservation/policies.h"
#include "services/homecleaning/reservation/saga.h"
#include "services/payment/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"

namespace maru::homecleaning::reservation {
namespace {

using cleaning::v1::CleaningConfirmed;
using payment::v1::PaymentCanceled;
using payment::v1::PaymentKindChanged;
using Status = v1::CleaningReservation;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

constexpr char kKim[] = "customer:kim";
constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-000000000001";
constexpr int64_t kLimit = 1'000'000;

class ReservationServiceTest : public ::testing::Test {
 protected:
  ReservationServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("homecleaning", policies));
  }

  absl::StatusOr<v1::CleaningReservation> Reserve(std::string_view who, int64_t price = 20000,
                                                  const std::string& request_id = "") {
    v1::RequestCleaningRequest request;
    request.mutable_request_date()->set_seconds(1'800'000'000);
    request.set_place("서울 마포구 어울마당로 35");
    request.set_customer_name("김민수");
    request.set_price(price);
    const rpc::CallContext call = CallBy(who, request_id, std::to_string(price));
    return context_.Run(service_.RequestCleaning(call, request));
  }
  absl::StatusOr<v1::CleaningReservation> Cancel(std::string_view who, const std::string& id) {
    v1::CancelReservationRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.CancelReservation(call, request));
  }
  absl::StatusOr<v1::CleaningReservation> Get(std::string_view who, const std::string& id) {
    v1::GetReservationRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetReservation(call, request));
  }
  std::vector<v1::CleaningReservation> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListReservationsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListReservations(call, request));
    MARU_CHECK(page.ok());
    return {page->reservations().begin(), page->reservations().end()};
  }
  // The payment of a reservation as payment has it.
  std::optional<payment::v1::Payment> PaymentOf(const std::string& id) {
    payment::v1::ListPaymentsRequest request;
    request.set_reference_id(id);
    const rpc::CallContext call = CallBy("admin:root");
    const auto page = payment_context_.Run(payment_.ListPayments(call, request));
    MARU_CHECK(page.ok());
    if (page->payments().empty()) return std::nullopt;
    return page->payments(0);
  }
  template <class E>
  void Hear(const std::string& context, const std::string& text, uint64_t sequence = 1) {
    auto envelope = Enveloped("homecleaning." + context, "e1", Proto<E>(text));
    envelope.set_sequence(sequence);
    MARU_CHECK(context_.Hear(envelope).ok());
  }
  std::vector<std::string> Emitted() {
    std::vector<std::string> names;
    for (const event::v1::Event& event : context_.Emitted()) {
      names.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return names;
  }

  using Names = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  maru::testing::TestContext payment_context_{executor_, "homecleaning", "payment"};
  payment::BuiltInProvider provider_{Proto<config::v1::ProviderConfig>("limit: 1000000"), executor_,
                                     random_};
  payment::PaymentService payment_{payment_context_.store(), provider_};
  maru::testing::DirectCaller to_payment_{payment_};
  maru::testing::TestContext context_{executor_, "homecleaning", "reservation"};
  ReservationService service_{context_.store(), context_.sagas().Add(RequestCleaning(to_payment_))};
};

TEST_F(ReservationServiceTest, ReservesAndPaysInOneStep) {
  const auto row = Reserve(kKim);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->status(), Status::STATUS_PAID);
  EXPECT_EQ(PaymentOf(row->id())->status(), payment::v1::Payment::STATUS_APPROVED);
  EXPECT_EQ(PaymentOf(row->id())->amount(), 20000);
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].type(), "maru.homecleaning.reservation.v1.CleaningRequested");
  EXPECT_EQ(events[0].key(), row->id());
  EXPECT_EQ(events[0].actor(), "kim");
}

TEST_F(ReservationServiceTest, NoPaymentNoReservation) {
  const auto refused = Reserve(kKim, kLimit + 1, kRequestId);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status()));
  EXPECT_EQ(ReasonOf(refused.status()), "PAYMENT_REFUSED");
  EXPECT_EQ(ReasonOf(Reserve(kKim, kLimit + 1, kRequestId).status()), "PAYMENT_REFUSED");
  EXPECT_EQ(Emitted(), Names{});
  EXPECT_TRUE(List(kKim).empty());
  const auto rejected = List(kKim, "status: STATUS_REJECTED");
  ASSERT_EQ(rejected.size(), 1) << "the same request_id left one row";
  EXPECT_EQ(ReasonOf(Cancel(kKim, rejected[0].id()).status()), "NOT_CANCELABLE");
}

TEST_F(ReservationServiceTest, PaymentDownRefusesAtOnceAndTheSameRequestIdBeginsAnew) {
  to_payment_.SetDown(true);
  const auto refused = Reserve(kKim, 20000, kRequestId);
  EXPECT_TRUE(absl::IsUnavailable(refused.status()));
  EXPECT_TRUE(rpc::RetryDelayOf(refused.status()).has_value());
  ASSERT_EQ(List(kKim, "status: STATUS_REJECTED").size(), 1);

  to_payment_.SetDown(false);
  const auto row = Reserve(kKim, 20000, kRequestId);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->status(), Status::STATUS_PAID);
  EXPECT_EQ(Emitted(), Names{"CleaningRequested"});
}

TEST_F(ReservationServiceTest, AnUnknownAnswerStaysPendingAndTheSameRequestIdGoesOn) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Reserve(kKim, 20000, kRequestId);
  EXPECT_TRUE(absl::IsUnavailable(unknown.status()));
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_PENDING);
  EXPECT_EQ(Emitted(), Names{});

  to_payment_.LoseAnswers(false);
  const auto row = Reserve(kKim, 20000, kRequestId);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->id(), id);
  EXPECT_EQ(Emitted(), Names{"CleaningRequested"});
}

TEST_F(ReservationServiceTest, AnUnknownAnswerThatNobodyComesBackForIsUndone) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Reserve(kKim);
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  EXPECT_EQ(PaymentOf(id)->status(), payment::v1::Payment::STATUS_APPROVED);
  to_payment_.LoseAnswers(false);
  executor_.Advance(absl::Seconds(31));
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_REJECTED);
  EXPECT_EQ(PaymentOf(id)->status(), payment::v1::Payment::STATUS_CANCELED);
  EXPECT_EQ(Emitted(), Names{});
}

TEST_F(ReservationServiceTest, ACancelWhilePendingUndoesWhatPaymentAnswered) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Reserve(kKim, 20000, kRequestId);
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  to_payment_.LoseAnswers(false);
  EXPECT_EQ(ReasonOf(Cancel("customer:lee", id).status()), "NOT_FOUND");
  for (int i = 0; i < 2; ++i) {
    const auto canceled = Cancel(kKim, id);
    ASSERT_TRUE(canceled.ok()) << canceled.status();
    EXPECT_EQ(canceled->status(), Status::STATUS_REJECTED);
  }
  EXPECT_EQ(PaymentOf(id)->status(), payment::v1::Payment::STATUS_CANCELED);
  EXPECT_EQ(ReasonOf(Reserve(kKim, 20000, kRequestId).status()), "CANCELED_WHILE_PENDING");
  EXPECT_EQ(Emitted(), Names{});
}

TEST_F(ReservationServiceTest, ACancelOfAPaidOneIsToldOnceAndThenRefunded) {
  const std::string id = Reserve(kKim)->id();
  EXPECT_EQ(ReasonOf(Cancel("customer:lee", id).status()), "NOT_FOUND");
  for (int i = 0; i < 2; ++i) {
    const auto canceled = Cancel(kKim, id);
    ASSERT_TRUE(canceled.ok()) << canceled.status();
    EXPECT_EQ(canceled->status(), Status::STATUS_CANCELED);
  }
  EXPECT_EQ(Emitted(), (Names{"CleaningRequested", "CleaningRequestCanceled"}));
  Hear<PaymentCanceled>("payment", "reference_id: '" + id + "'");
  EXPECT_EQ(Cancel(kKim, id)->status(), Status::STATUS_REFUNDED);
  EXPECT_TRUE(List(kKim).empty());
  EXPECT_EQ(List(kKim, "status: STATUS_REFUNDED").size(), 1);
}

TEST_F(ReservationServiceTest, CleaningConfirmedAndCancelAreDecidedByWhatCameFirst) {
  const std::string cleaned = Reserve(kKim)->id();
  Hear<CleaningConfirmed>("cleaning", "reservation_id: '" + cleaned + "'");
  EXPECT_EQ(ReasonOf(Cancel(kKim, cleaned).status()), "NOT_CANCELABLE");
  EXPECT_EQ(Get(kKim, cleaned)->status(), Status::STATUS_CLEANED);

  const std::string canceled = Reserve(kKim)->id();
  ASSERT_TRUE(Cancel(kKim, canceled).ok());
  Hear<CleaningConfirmed>("cleaning", "reservation_id: '" + canceled + "'");
  EXPECT_EQ(Get(kKim, canceled)->status(), Status::STATUS_CANCELED);
}

TEST_F(ReservationServiceTest, TakesThePayKindFromPaymentsEventsOnly) {
  const std::string id = Reserve(kKim)->id();
  const auto changed = [&](const std::string& kind, uint64_t sequence) {
    Hear<PaymentKindChanged>("payment", "reference_id: '" + id + "' pay_kind: " + kind, sequence);
  };
  changed("PAY_KIND_BANK", 7);
  changed("PAY_KIND_CREDIT", 6);
  EXPECT_EQ(Get(kKim, id)->pay_kind(), payment::v1::PAY_KIND_BANK);
  // Of a reservation that was never stored here.
  Hear<PaymentKindChanged>("payment", "reference_id: 'unknown' pay_kind: PAY_KIND_BANK");
}

TEST_F(ReservationServiceTest, ReservationsAreTheirCustomersAndAdmins) {
  const std::string first = Reserve(kKim)->id();
  const std::string second = Reserve(kKim)->id();
  ASSERT_TRUE(Reserve("customer:lee").ok());
  ASSERT_EQ(List(kKim).size(), 2);
  EXPECT_EQ(List(kKim)[0].id(), second);
  EXPECT_EQ(List(kKim, "page_size: 1").size(), 1);
  EXPECT_EQ(List("admin:root").size(), 3);
  EXPECT_TRUE(Get("admin:root", first).ok());
  EXPECT_EQ(ReasonOf(Get("customer:lee", first).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Get(kKim, "no such reservation").status()), "NOT_FOUND");
}

}  // namespace
}  // namespace maru::homecleaning::reservation
