// Goal: every rule that domain.md has under "Payment".
// Method: state + command + the provider's decision in, state + event or reason out; no store.
#include "services/payment/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::payment {
namespace {

using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

v1::PayRequest PayRequest() {
  return Proto<v1::PayRequest>(R"pb(
    reference_id: "r1"
    customer_id: "minsu"
    amount: 20000
    currency_code: "KRW"
    pay_kind: PAY_KIND_CREDIT
  )pb");
}
v1::ChangePayKindRequest ChangeRequest() {
  return Proto<v1::ChangePayKindRequest>(R"pb(
    change_id: "c1"
    reference_id: "r1"
    customer_id: "minsu"
    pay_kind: PAY_KIND_BANK
    masked_number: "***-1234"
  )pb");
}

// The rows that a reference can have.
std::optional<disk::Payment> Nothing() { return std::nullopt; }
std::optional<disk::Payment> Approved() {
  return Pay(PayRequest(), Decision::kApproved, kNow, "p1").payment;
}
std::optional<disk::Payment> Refused() {
  return Pay(PayRequest(), Decision::kRefused, kNow, "p1").payment;
}
std::optional<disk::Payment> Canceled() { return Cancel(Approved(), "r1", kNow, "").payment; }
std::optional<disk::Payment> NeverPaid() { return Cancel(Nothing(), "r1", kNow, "p1").payment; }

TEST(PaymentDomainTest, ApprovedIsToldRefusedIsNot) {
  const Paid approved = Pay(PayRequest(), Decision::kApproved, kNow, "p1");
  EXPECT_THAT(approved.payment, IsProto(R"pb(
                id: "p1"
                reference_id: "r1"
                customer_id: "minsu"
                amount: 20000
                currency_code: "KRW"
                pay_kind: PAY_KIND_CREDIT
                requested_kind: PAY_KIND_CREDIT
                status: STATUS_APPROVED
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  EXPECT_THAT(*approved.event, IsProto(R"pb(
    payment_id: "p1"
    reference_id: "r1"
    customer_id: "minsu"
    amount: 20000
    currency_code: "KRW"
    pay_kind: PAY_KIND_CREDIT
  )pb"));
  const Paid refused = Pay(PayRequest(), Decision::kRefused, kNow, "p1");
  EXPECT_EQ(refused.payment.status(), v1::Payment::STATUS_REFUSED);
  EXPECT_FALSE(refused.event.has_value());
}

TEST(PaymentDomainTest, OnePaymentPerReferenceARepeatedPayGetsItsAnswer) {
  struct Case {
    std::string name;
    std::optional<disk::Payment> row;
    std::string want;
  };
  for (const Case& c : std::vector<Case>{{"approved", Approved(), ""},
                                         {"refused", Refused(), "PAYMENT_REFUSED"},
                                         {"canceled", Canceled(), "PAYMENT_CANCELED"},
                                         {"canceled first", NeverPaid(), "PAYMENT_CANCELED"}}) {
    EXPECT_EQ(ReasonOf(AnswerTo(PayRequest(), *c.row)), c.want) << c.name;
  }
}

TEST(PaymentDomainTest, AReferenceWithOtherContentIsReferenceReused) {
  auto request = PayRequest();
  request.set_amount(1);
  EXPECT_EQ(ReasonOf(AnswerTo(request, *Approved())), "REFERENCE_REUSED");
  request = PayRequest();
  request.set_customer_id("younghee");
  EXPECT_EQ(ReasonOf(AnswerTo(request, *Refused())), "REFERENCE_REUSED");
  request = PayRequest();
  request.set_pay_kind(v1::PAY_KIND_BANK);
  EXPECT_EQ(ReasonOf(AnswerTo(request, *Approved())), "REFERENCE_REUSED");
}

TEST(PaymentDomainTest, ARepeatedPayIsTheSameAfterAChangeOfKind) {
  const Changed changed = Change(ChangeRequest(), Approved(), Decision::kApproved, kNow);
  EXPECT_TRUE(AnswerTo(PayRequest(), *changed.payment).ok());
}

TEST(PaymentDomainTest, CancelGivesBackOnceWhatWasTaken) {
  struct Case {
    std::string name;
    std::optional<disk::Payment> row;
    bool given_back;
  };
  for (const Case& c : std::vector<Case>{{"approved", Approved(), true},
                                         {"refused", Refused(), false},
                                         {"unknown", Nothing(), false},
                                         {"canceled first", NeverPaid(), false},
                                         {"canceled", Canceled(), false}}) {
    const auto result = Cancel(c.row, "r1", kNow, "p2");
    EXPECT_EQ(result.payment.status(), v1::Payment::STATUS_CANCELED) << c.name;
    EXPECT_EQ(result.payment.id(), c.row.has_value() ? "p1" : "p2") << c.name;
    EXPECT_EQ(result.event.has_value(), c.given_back) << c.name;
  }
  EXPECT_THAT(*Cancel(Approved(), "r1", kNow, "").event, IsProto(R"pb(
    payment_id: "p1"
    reference_id: "r1"
    customer_id: "minsu"
    amount: 20000
    currency_code: "KRW"
  )pb"));
}

struct ChangeCase {
  std::string name;
  std::optional<disk::Payment> row;
  std::string customer;
  Decision decision;
  // Reason of the answer; empty: applied.
  std::string want;
  v1::PaymentKindRefused::Reason want_event;
  v1::PayKind kind_that_stays;
};

std::vector<ChangeCase> ChangeCases() {
  using Told = v1::PaymentKindRefused;
  const auto yes = Decision::kApproved;
  const auto no = Decision::kRefused;
  const auto credit = v1::PAY_KIND_CREDIT;
  const auto none = v1::PAY_KIND_UNSPECIFIED;
  return {
      {"approved", Approved(), "minsu", yes, "", Told::REASON_UNSPECIFIED, none},
      {"provider refuses", Approved(), "minsu", no, "PAYMETHOD_REFUSED",
       Told::REASON_PAYMETHOD_REFUSED, credit},
      {"canceled", Canceled(), "minsu", yes, "PAYMENT_CANCELED", Told::REASON_PAYMENT_CANCELED,
       credit},
      {"canceled first", NeverPaid(), "minsu", yes, "PAYMENT_CANCELED",
       Told::REASON_PAYMENT_CANCELED, none},
      {"refused", Refused(), "minsu", yes, "NO_PAYMENT", Told::REASON_NO_PAYMENT, none},
      {"unknown", Nothing(), "minsu", yes, "NO_PAYMENT", Told::REASON_NO_PAYMENT, none},
      {"another's", Approved(), "younghee", yes, "NO_PAYMENT", Told::REASON_NO_PAYMENT, none},
      {"another's canceled", Canceled(), "younghee", yes, "NO_PAYMENT", Told::REASON_NO_PAYMENT,
       none},
  };
}

TEST(PaymentDomainTest, ChangeWorksOnApprovedOnly) {
  for (const ChangeCase& c : ChangeCases()) {
    auto request = ChangeRequest();
    request.set_customer_id(c.customer);
    const Changed changed = Change(request, c.row, c.decision, kNow);
    EXPECT_EQ(ReasonOf(AnswerTo(request, changed.change)), c.want) << c.name;
    EXPECT_EQ(changed.payment.has_value(), c.want.empty()) << c.name;
    EXPECT_EQ(changed.event.has_value(), c.want.empty()) << c.name;
    if (c.want.empty()) continue;
    const v1::PaymentKindRefused told = RefusalOf(request, changed.change, c.row);
    EXPECT_EQ(told.reason(), c.want_event) << c.name;
    EXPECT_EQ(told.pay_kind(), c.kind_that_stays) << c.name;
    EXPECT_EQ(told.customer_id(), c.customer) << c.name;
    EXPECT_EQ(told.change_id(), "c1") << c.name;
  }
}

TEST(PaymentDomainTest, TheProviderIsAskedOnlyWhenItMatters) {
  for (const ChangeCase& c : ChangeCases()) {
    auto request = ChangeRequest();
    request.set_customer_id(c.customer);
    const bool matters = c.want.empty() || c.want == "PAYMETHOD_REFUSED";
    EXPECT_EQ(ChargeOf(request, c.row).has_value(), matters) << c.name;
  }
  const std::optional<Charge> charge = ChargeOf(ChangeRequest(), Approved());
  EXPECT_EQ(charge->key, "c1");
  EXPECT_EQ(charge->amount, 20000);
  EXPECT_EQ(charge->pay_kind, v1::PAY_KIND_BANK);
  EXPECT_EQ(charge->masked_number, "***-1234");
}

TEST(PaymentDomainTest, AnAppliedChangeIsTold) {
  const Changed changed = Change(ChangeRequest(), Approved(), Decision::kApproved, kNow);
  EXPECT_EQ(changed.payment->pay_kind(), v1::PAY_KIND_BANK);
  EXPECT_THAT(*changed.event, IsProto(R"pb(
    payment_id: "p1"
    reference_id: "r1"
    customer_id: "minsu"
    pay_kind: PAY_KIND_BANK
    masked_number: "***-1234"
    change_id: "c1"
  )pb"));
}

TEST(PaymentDomainTest, AChangeIdWithOtherContentIsReferenceReused) {
  const Changed changed = Change(ChangeRequest(), Approved(), Decision::kRefused, kNow);
  auto request = ChangeRequest();
  request.set_masked_number("***-9999");
  EXPECT_EQ(ReasonOf(AnswerTo(request, changed.change)), "REFERENCE_REUSED");
}

TEST(PaymentDomainTest, PaymentsAreTheirCustomersAndAdmins) {
  rpc::Identity minsu{.subject = "minsu", .roles = {options::v1::ROLE_CUSTOMER}, .store_ids = {}};
  rpc::Identity lee{.subject = "lee", .roles = {options::v1::ROLE_CUSTOMER}, .store_ids = {}};
  rpc::Identity root{.subject = "root", .roles = {options::v1::ROLE_ADMIN}, .store_ids = {}};
  EXPECT_TRUE(MayRead(*Approved(), minsu));
  EXPECT_FALSE(MayRead(*Approved(), lee));
  EXPECT_TRUE(MayRead(*Approved(), root));
  EXPECT_FALSE(MayRead(*NeverPaid(), minsu));
}

}  // namespace
}  // namespace maru::payment
