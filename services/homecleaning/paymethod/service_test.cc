// Goal: pay methods and payments agree in the end, whether a change came by call or by event.
// Method: handlers and policies over stores in memory, without a transport; payment is the real
// one.
#include "services/homecleaning/paymethod/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/homecleaning/paymethod/policies.h"
#include "services/homecleaning/paymethod/saga.h"
#include "services/payment/policies.h"
#include "services/payment/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"

namespace maru::homecleaning::paymethod {
namespace {

using ::maru::testing::CallBy;
using rpc::ReasonOf;

constexpr char kKim[] = "customer:kim";
constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-000000000001";
constexpr char kRefusedNumber[] = "1234-5678-9012-0002";

class PaymethodServiceTest : public ::testing::Test {
 protected:
  PaymethodServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("homecleaning", policies));
    events::Policies of_payment;
    MARU_CHECK(payment::AddPolicies("homecleaning", provider_, of_payment));
    payment_context_.Route(events::Routes::Of("homecleaning", of_payment));
    Pay("r1");
  }

  void Pay(const std::string& reservation) {
    payment::v1::PayRequest request;
    request.set_reference_id(reservation);
    request.set_customer_id("kim");
    request.set_amount(20000);
    request.set_currency_code("KRW");
    request.set_pay_kind(payment::v1::PAY_KIND_CREDIT);
    const rpc::CallContext call = CallBy("service:homecleaning-reservation");
    MARU_CHECK(payment_context_.Run(payment_.Pay(call, request)).ok());
  }
  absl::StatusOr<v1::Paymethod> Register(std::string_view who, const std::string& reservation,
                                         const std::string& number = "1234-5678-9012-3456",
                                         const std::string& request_id = "") {
    v1::RegisterPaymethodRequest request;
    request.set_reservation_id(reservation);
    request.set_kind(payment::v1::PAY_KIND_BANK);
    request.set_number(number);
    const rpc::CallContext call = CallBy(who, request_id, number);
    return context_.Run(service_.RegisterPaymethod(call, request));
  }
  absl::StatusOr<v1::Paymethod> Change(std::string_view who, const std::string& id,
                                       const std::string& number) {
    v1::ChangePaymethodRequest request;
    request.mutable_paymethod()->set_id(id);
    request.mutable_paymethod()->set_number(number);
    request.mutable_update_mask()->add_paths("number");
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.ChangePaymethod(call, request));
  }
  absl::StatusOr<v1::Paymethod> Get(std::string_view who, const std::string& id) {
    v1::GetPaymethodRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetPaymethod(call, request));
  }
  std::vector<v1::Paymethod> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListPaymethodsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListPaymethods(call, request));
    MARU_CHECK(page.ok());
    return {page->paymethods().begin(), page->paymethods().end()};
  }
  payment::v1::PayKind KindOf(const std::string& reservation) {
    payment::v1::ListPaymentsRequest request;
    request.set_reference_id(reservation);
    const rpc::CallContext call = CallBy("admin:root");
    return payment_context_.Run(payment_.ListPayments(call, request))->payments(0).pay_kind();
  }
  // Events from here to payment and back; names of those from here.
  std::vector<std::string> Exchange() {
    std::vector<std::string> names;
    for (const event::v1::Event& event : context_.Emitted()) {
      names.push_back(event.type().substr(event.type().rfind('.') + 1));
      MARU_CHECK(payment_context_.Hear(event).ok());
    }
    for (const event::v1::Event& event : payment_context_.Emitted()) {
      MARU_CHECK(context_.Hear(event).ok());
      MARU_CHECK(context_.Hear(event).ok());  // doubled
    }
    return names;
  }

  using Names = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  maru::testing::TestContext payment_context_{executor_, "homecleaning", "payment"};
  payment::BuiltInProvider provider_{Proto<config::v1::ProviderConfig>("refused_digits: '0002'"),
                                     executor_, random_};
  payment::PaymentService payment_{payment_context_.store(), provider_};
  maru::testing::DirectCaller to_payment_{payment_};
  maru::testing::TestContext context_{executor_, "homecleaning", "paymethod"};
  PaymethodService service_{context_.store(), context_.sagas().Add(RegisterPaymethod(to_payment_))};
};

TEST_F(PaymethodServiceTest, RegisteringPaysAndIsTold) {
  const auto row = Register(kKim, "r1");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->status(), v1::Paymethod::STATUS_REGISTERED);
  EXPECT_EQ(row->number(), "****-****-****-3456");
  EXPECT_EQ(KindOf("r1"), payment::v1::PAY_KIND_BANK);
  EXPECT_EQ(Exchange(), Names{"PaymethodRegistered"});
  EXPECT_EQ(Get(kKim, row->id())->number(), "****-****-****-3456");
}

TEST_F(PaymethodServiceTest, SomebodyElsesOrAnAbsentReservationIsNoPayment) {
  EXPECT_EQ(ReasonOf(Register("customer:lee", "r1").status()), "NO_PAYMENT");
  EXPECT_EQ(ReasonOf(Register(kKim, "no such reservation").status()), "NO_PAYMENT");
  EXPECT_EQ(Exchange(), Names{});
  EXPECT_TRUE(Register(kKim, "r1").ok()) << "another's try does not stand in the way";
}

TEST_F(PaymethodServiceTest, OneActiveOnePerReservationAnotherAfterARejectedOne) {
  EXPECT_EQ(ReasonOf(Register(kKim, "r1", kRefusedNumber).status()), "PAYMETHOD_REFUSED");
  EXPECT_EQ(KindOf("r1"), payment::v1::PAY_KIND_CREDIT);
  const auto row = Register(kKim, "r1");
  ASSERT_TRUE(row.ok()) << row.status();
  const auto second = Register(kKim, "r1");
  EXPECT_EQ(ReasonOf(second.status()), "ALREADY_EXISTS");
  EXPECT_EQ(rpc::ErrorInfoOf(second.status())->metadata().at("paymethod_id"), row->id());
  EXPECT_EQ(List(kKim).size(), 1) << "the rejected one is left out";
}

TEST_F(PaymethodServiceTest, PaymentDownIsRefusedAtOnce) {
  to_payment_.SetDown(true);
  EXPECT_TRUE(absl::IsUnavailable(Register(kKim, "r1", "12345678", kRequestId).status()));
  EXPECT_TRUE(List(kKim).empty());
  to_payment_.SetDown(false);
  EXPECT_TRUE(Register(kKim, "r1", "12345678", kRequestId).ok());
}

TEST_F(PaymethodServiceTest, AnUnknownAnswerIsAskedAgainUntilItIsKnown) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Register(kKim, "r1");
  EXPECT_TRUE(absl::IsUnavailable(unknown.status()));
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  EXPECT_EQ(Get(kKim, id)->status(), v1::Paymethod::STATUS_PENDING);
  EXPECT_EQ(ReasonOf(Register(kKim, "r1").status()), "ALREADY_EXISTS");
  EXPECT_EQ(ReasonOf(Change(kKim, id, "87654321").status()), "NOT_REGISTERED");
  // Payment's event finds it PENDING and changes nothing: the answer does.
  Exchange();
  EXPECT_EQ(Get(kKim, id)->status(), v1::Paymethod::STATUS_PENDING);
  executor_.Advance(absl::Minutes(2));
  EXPECT_EQ(Get(kKim, id)->status(), v1::Paymethod::STATUS_PENDING);

  to_payment_.LoseAnswers(false);
  executor_.Advance(absl::Seconds(30));
  EXPECT_EQ(Get(kKim, id)->status(), v1::Paymethod::STATUS_REGISTERED);
  EXPECT_EQ(Exchange(), Names{"PaymethodRegistered"});
}

TEST_F(PaymethodServiceTest, AnUnknownAnswerThatWasARefusalEndsRejected) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Register(kKim, "r1", kRefusedNumber);
  EXPECT_TRUE(absl::IsUnavailable(unknown.status()));
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  EXPECT_EQ(Get(kKim, id)->status(), v1::Paymethod::STATUS_PENDING);
  to_payment_.LoseAnswers(false);
  executor_.Advance(absl::Seconds(30));
  EXPECT_EQ(Get(kKim, id)->status(), v1::Paymethod::STATUS_REJECTED);
  EXPECT_EQ(KindOf("r1"), payment::v1::PAY_KIND_CREDIT);
  EXPECT_EQ(Exchange(), Names{});
  EXPECT_TRUE(Register(kKim, "r1").ok()) << "the reservation may have another one now";
}

TEST_F(PaymethodServiceTest, AChangeIsAnsweredByEventWhilePaymentIsDown) {
  const std::string id = Register(kKim, "r1")->id();
  Exchange();
  to_payment_.SetDown(true);
  ASSERT_TRUE(Change(kKim, id, "8765-4321").ok());
  EXPECT_EQ(Get(kKim, id)->number(), "****-4321");
  EXPECT_EQ(Exchange(), Names{"PaymethodChanged"});
  EXPECT_EQ(Get(kKim, id)->number(), "****-4321");
}

TEST_F(PaymethodServiceTest, ARefusedChangeGoesBackToWhatWasAcceptedLast) {
  const std::string id = Register(kKim, "r1")->id();
  ASSERT_TRUE(Change(kKim, id, "8765-4321").ok());
  Exchange();
  ASSERT_TRUE(Change(kKim, id, kRefusedNumber).ok());
  EXPECT_EQ(Get(kKim, id)->number(), "****-****-****-0002");
  Exchange();
  EXPECT_EQ(Get(kKim, id)->number(), "****-4321");
}

TEST_F(PaymethodServiceTest, PaymethodsAreTheirCustomersAndAdmins) {
  Pay("r2");
  const std::string id = Register(kKim, "r1")->id();
  ASSERT_TRUE(Register(kKim, "r2").ok());
  EXPECT_EQ(List(kKim).size(), 2);
  EXPECT_EQ(List(kKim, "page_size: 1").size(), 1);
  EXPECT_EQ(List(kKim, "reservation_id: 'r1'").size(), 1);
  EXPECT_EQ(List("customer:lee").size(), 0);
  EXPECT_EQ(List("admin:root").size(), 2);
  EXPECT_TRUE(Get("admin:root", id).ok());
  EXPECT_EQ(ReasonOf(Get("customer:lee", id).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Change("customer:lee", id, "87654321").status()), "NOT_FOUND");
}

}  // namespace
}  // namespace maru::homecleaning::paymethod
