// Goal: every rule that domain.md (section 2) has for pay methods.
// Method: state + command or answer in, state + event or reason out; no server, no store.
#include "services/homecleaning/paymethod/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::homecleaning::paymethod {
namespace {

using payment::v1::PAY_KIND_BANK;
using payment::v1::PAY_KIND_CREDIT;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

v1::RegisterPaymethodRequest RegisterRequest() {
  return Proto<v1::RegisterPaymethodRequest>(R"pb(reservation_id: "r1"
                                                  kind: PAY_KIND_CREDIT
                                                  number: "1234-5678-9012-3456")pb");
}
disk::Paymethod In(v1::Paymethod::Status status) {
  disk::Paymethod row = *Register(RegisterRequest(), std::nullopt, "minsu", kNow, "m1");
  if (status == v1::Paymethod::STATUS_REGISTERED) Accept(row, kNow);
  row.set_status(status);
  return row;
}
disk::Paymethod Registered() { return In(v1::Paymethod::STATUS_REGISTERED); }

v1::ChangePaymethodRequest ChangeTo(const std::string& number) {
  auto request = Proto<v1::ChangePaymethodRequest>(
      R"pb(paymethod { id: "m1" kind: PAY_KIND_BANK }
           update_mask { paths: "kind" paths: "number" })pb");
  request.mutable_paymethod()->set_number(number);
  return request;
}
disk::Paymethod AfterChange(const disk::Paymethod& row, const std::string& change_id,
                            const std::string& number) {
  return Change(row, ChangeTo(number), "minsu", kNow, change_id)->paymethod;
}

TEST(PaymethodDomainTest, NumbersLeaveMasked) {
  EXPECT_EQ(Masked("1234-5678-9012-3456"), "****-****-****-3456");
  EXPECT_EQ(Masked("110 234 567890"), "*** *** **7890");
  EXPECT_EQ(Masked("12345678"), "****5678");
  EXPECT_EQ(ToApi(Registered()).number(), "****-****-****-3456");
  disk::Paymethod row = Registered();
  EXPECT_EQ(Accept(row, kNow).masked_number(), "****-****-****-3456");
  EXPECT_EQ(Change(row, ChangeTo("87654321"), "minsu", kNow, "c1")->event->masked_number(),
            "****4321");
}

TEST(PaymethodDomainTest, OneActiveOnePerReservation) {
  disk::ActivePaymethod active;
  active.set_paymethod_id("m0");
  const auto refused = Register(RegisterRequest(), active, "minsu", kNow, "m1");
  EXPECT_EQ(ReasonOf(refused.status()), "ALREADY_EXISTS");
  EXPECT_EQ(rpc::ErrorInfoOf(refused.status())->metadata().at("paymethod_id"), "m0");
}

TEST(PaymethodDomainTest, RegisteredIsToldAndAccepted) {
  disk::Paymethod row = In(v1::Paymethod::STATUS_PENDING);
  EXPECT_FALSE(row.has_accepted());
  EXPECT_THAT(Accept(row, kNow), IsProto(R"pb(
                paymethod_id: "m1"
                reservation_id: "r1"
                customer_id: "minsu"
                kind: PAY_KIND_CREDIT
                masked_number: "****-****-****-3456"
              )pb"));
  EXPECT_EQ(row.accepted().number(), "1234-5678-9012-3456");
}

TEST(PaymethodDomainTest, ChangeByStatus) {
  struct Case {
    std::string name;
    std::optional<disk::Paymethod> from;
    std::string who;
    std::string want_reason;
  };
  for (const Case& c : std::vector<Case>{
           {"registered", Registered(), "minsu", ""},
           {"pending", In(v1::Paymethod::STATUS_PENDING), "minsu", "NOT_REGISTERED"},
           {"rejected", In(v1::Paymethod::STATUS_REJECTED), "minsu", "NOT_REGISTERED"},
           {"another's", Registered(), "younghee", "NOT_FOUND"},
           {"unknown", std::nullopt, "minsu", "NOT_FOUND"},
       }) {
    const auto result = Change(c.from, ChangeTo("87654321"), c.who, kNow, "c1");
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_THAT(*result->event, IsProto(R"pb(
      paymethod_id: "m1"
      reservation_id: "r1"
      customer_id: "minsu"
      kind: PAY_KIND_BANK
      masked_number: "****4321"
      change_id: "c1"
    )pb"));
    EXPECT_EQ(result->paymethod.current().number(), "87654321");
    EXPECT_EQ(result->paymethod.accepted().number(), "1234-5678-9012-3456");
  }
}

TEST(PaymethodDomainTest, TheMaskSaysWhatChanges) {
  auto request = ChangeTo("87654321");
  request.mutable_update_mask()->clear_paths();
  EXPECT_EQ(ReasonOf(Change(Registered(), request, "minsu", kNow, "c1").status()), "INVALID_FIELD");
  request.mutable_update_mask()->add_paths("reservation_id");
  EXPECT_EQ(ReasonOf(Change(Registered(), request, "minsu", kNow, "c1").status()), "INVALID_FIELD");
  request.mutable_update_mask()->set_paths(0, "number");
  const auto changed = Change(Registered(), request, "minsu", kNow, "c1");
  EXPECT_EQ(changed->paymethod.current().kind(), PAY_KIND_CREDIT);
  request.mutable_paymethod()->clear_number();
  EXPECT_EQ(ReasonOf(Change(Registered(), request, "minsu", kNow, "c1").status()), "INVALID_FIELD");
  request.mutable_paymethod()->set_number("1234-5678-9012-3456");
  EXPECT_FALSE(Change(Registered(), request, "minsu", kNow, "c1")->event.has_value())
      << "nothing changes";
}

TEST(PaymethodDomainTest, ChangesThatWaitAreBounded) {
  disk::Paymethod row = Registered();
  for (int i = 0; i < kMaxPendingChanges; ++i) {
    row = AfterChange(row, "c" + std::to_string(i), std::to_string(10'000'000 + i));
  }
  EXPECT_EQ(ReasonOf(Change(row, ChangeTo("87654321"), "minsu", kNow, "c99").status()),
            "TOO_MANY_CHANGES");
}

TEST(PaymethodDomainTest, ARefusedChangeGoesBackToWhatWasAcceptedLast) {
  const disk::Paymethod changed = AfterChange(Registered(), "c1", "11111111");
  const auto taken = Answer(changed, "c1", true, kNow);
  EXPECT_EQ(taken->current().number(), "11111111");
  EXPECT_EQ(taken->accepted().number(), "11111111");
  EXPECT_EQ(taken->accepted().kind(), PAY_KIND_BANK);
  const auto refused = Answer(AfterChange(*taken, "c2", "22222222"), "c2", false, kNow);
  EXPECT_EQ(refused->current().number(), "11111111");
  EXPECT_EQ(refused->current().kind(), PAY_KIND_BANK);
  EXPECT_EQ(Answer(changed, "c1", false, kNow)->current().number(), "1234-5678-9012-3456");
}

TEST(PaymethodDomainTest, ANewerChangeShowsUntilItIsAnsweredToo) {
  const disk::Paymethod two =
      AfterChange(AfterChange(Registered(), "c1", "11111111"), "c2", "22222222");
  const auto first_refused = Answer(two, "c1", false, kNow);
  EXPECT_EQ(first_refused->current().number(), "22222222");
  EXPECT_EQ(Answer(*first_refused, "c2", false, kNow)->current().number(), "1234-5678-9012-3456");
  const auto first_taken = Answer(two, "c1", true, kNow);
  EXPECT_EQ(first_taken->current().number(), "22222222");
  EXPECT_EQ(Answer(*first_taken, "c2", false, kNow)->current().number(), "11111111");
}

TEST(PaymethodDomainTest, AnAnswerThatNobodyWaitsForChangesNothing) {
  EXPECT_FALSE(Answer(Registered(), "m1", true, kNow).has_value()) << "of the registration";
  const auto answered = Answer(AfterChange(Registered(), "c1", "11111111"), "c1", true, kNow);
  EXPECT_FALSE(Answer(*answered, "c1", false, kNow).has_value()) << "again";
  EXPECT_FALSE(Answer(In(v1::Paymethod::STATUS_PENDING), "m1", true, kNow).has_value());
}

}  // namespace
}  // namespace maru::homecleaning::paymethod
