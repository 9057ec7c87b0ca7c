// Goal: payments, changes and the ledger keep what the rules decide, whole and once, whether a
// command or an event asked. Method: handlers and policies over a store in memory, without a
// transport; the ledger is checked after every test.
#include "services/payment/service.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/fashion/delivery/v1/events.maru.h"
#include "maru/food/order/v1/events.maru.h"
#include "maru/food/store/v1/events.maru.h"
#include "maru/homecleaning/paymethod/v1/events.maru.h"
#include "maru/homecleaning/reservation/v1/events.maru.h"
#include "services/payment/ledger.h"
#include "services/payment/policies.h"
#include "services/payment/tables.h"
#include "services/testing/test_context.h"

namespace maru::payment {
namespace {

using homecleaning::paymethod::v1::PaymethodChanged;
using homecleaning::reservation::v1::CleaningRequestCanceled;
using maru::store::Reader;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

constexpr int64_t kLimit = 1'000'000;

class PaymentServiceTest : public ::testing::Test {
 protected:
  PaymentServiceTest() {
    events::Policies policies;
    MARU_CHECK(AddPolicies("homecleaning", provider_, policies));
    context_.Route(events::Routes::Of("homecleaning", policies));
  }
  ~PaymentServiceTest() override {
    const absl::Status checked = CheckBooks();
    EXPECT_TRUE(checked.ok()) << checked;
  }

  absl::Status CheckBooks() {
    const auto checked =
        context_.Run(context_.store().Read([](Reader& reader) -> absl::StatusOr<v1::Payment> {
          RETURN_IF_ERROR(CheckLedger(reader));
          return v1::Payment();
        }));
    return checked.status();
  }
  int64_t Balance(const std::string& account) {
    Balances balances;
    const auto read = context_.Run(
        context_.store().Read([&balances](Reader& reader) -> absl::StatusOr<v1::Payment> {
          ASSIGN_OR_RETURN(balances, BalancesOf(reader));
          return v1::Payment();
        }));
    MARU_CHECK(read.ok());
    return static_cast<int64_t>(balances[{account, "KRW"}]);
  }

  absl::StatusOr<v1::Payment> Pay(const std::string& reference, int64_t amount = 20000,
                                  const std::string& customer = "kim") {
    v1::PayRequest request;
    request.set_reference_id(reference);
    request.set_customer_id(customer);
    request.set_amount(amount);
    request.set_currency_code("KRW");
    request.set_pay_kind(v1::PAY_KIND_CREDIT);
    return context_.Run(service_.Pay(call_, request));
  }
  absl::StatusOr<v1::Payment> Cancel(const std::string& reference) {
    v1::CancelRequest request;
    request.set_reference_id(reference);
    return context_.Run(service_.Cancel(call_, request));
  }
  absl::StatusOr<v1::Payment> ChangeKind(const std::string& change, const std::string& reference,
                                         const std::string& number = "****-1234",
                                         const std::string& customer = "kim") {
    v1::ChangePayKindRequest request;
    request.set_change_id(change);
    request.set_reference_id(reference);
    request.set_customer_id(customer);
    request.set_pay_kind(v1::PAY_KIND_BANK);
    request.set_masked_number(number);
    return context_.Run(service_.ChangePayKind(call_, request));
  }
  void HearCanceled(const std::string& reference) {
    CleaningRequestCanceled event;
    event.set_reservation_id(reference);
    event.set_customer_id("kim");
    MARU_CHECK(context_.Hear(Enveloped("homecleaning.reservation", "e1", event)).ok());
  }
  void HearChanged(const std::string& change, const std::string& reference,
                   const std::string& number) {
    PaymethodChanged event;
    event.set_change_id(change);
    event.set_paymethod_id("m1");
    event.set_reservation_id(reference);
    event.set_customer_id("kim");
    event.set_kind(v1::PAY_KIND_BANK);
    event.set_masked_number(number);
    MARU_CHECK(context_.Hear(Enveloped("homecleaning.paymethod", change, event)).ok());
  }
  // Names of the events since the last time.
  std::vector<std::string> Emitted() {
    std::vector<std::string> names;
    for (const event::v1::Event& event : context_.Emitted()) {
      names.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return names;
  }
  std::vector<std::string> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListPaymentsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListPayments(call, request));
    MARU_CHECK(page.ok());
    std::vector<std::string> references;
    for (const v1::Payment& payment : page->payments()) {
      references.push_back(payment.reference_id());
    }
    return references;
  }
  absl::StatusOr<v1::Payment> Get(std::string_view who, const std::string& id) {
    v1::GetPaymentRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetPayment(call, request));
  }

  using Names = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  maru::testing::TestContext context_{executor_, "homecleaning", "payment"};
  BuiltInProvider provider_{
      Proto<config::v1::ProviderConfig>("limit: 1000000 refused_digits: '0002'"), executor_,
      random_};
  PaymentService service_{context_.store(), provider_};
  const rpc::CallContext call_ = CallBy("service:homecleaning-reservation");
};

TEST_F(PaymentServiceTest, PayTakesOnceHoweverOftenItIsAsked) {
  const auto first = Pay("r1");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->status(), v1::Payment::STATUS_APPROVED);
  const auto again = Pay("r1");
  ASSERT_TRUE(again.ok());
  EXPECT_THAT(*again, IsProto(first->DebugString()));
  EXPECT_EQ(Emitted(), Names{"PaymentApproved"});
  EXPECT_EQ(Balance("provider/PAY_KIND_CREDIT"), 20000);
  EXPECT_EQ(Balance("reference/r1"), -20000);
  EXPECT_EQ(ReasonOf(Pay("r1", 20001).status()), "REFERENCE_REUSED");
}

TEST_F(PaymentServiceTest, RefusedIsRememberedAndTakesNothing) {
  for (int i = 0; i < 2; ++i) {
    const auto refused = Pay("r1", kLimit + 1);
    EXPECT_TRUE(absl::IsFailedPrecondition(refused.status()));
    EXPECT_EQ(ReasonOf(refused.status()), "PAYMENT_REFUSED");
  }
  EXPECT_EQ(Emitted(), Names{});
  EXPECT_EQ(Balance("reference/r1"), 0);
  EXPECT_EQ(List("customer:kim"), Names{"r1"});
}

TEST_F(PaymentServiceTest, CancelGivesBackOnce) {
  ASSERT_TRUE(Pay("r1").ok());
  for (int i = 0; i < 2; ++i) {
    const auto canceled = Cancel("r1");
    ASSERT_TRUE(canceled.ok());
    EXPECT_EQ(canceled->status(), v1::Payment::STATUS_CANCELED);
  }
  EXPECT_EQ(Emitted(), (Names{"PaymentApproved", "PaymentCanceled"}));
  EXPECT_EQ(Balance("provider/PAY_KIND_CREDIT"), 0);
  EXPECT_EQ(ReasonOf(Pay("r1").status()), "PAYMENT_CANCELED");
}

TEST_F(PaymentServiceTest, CancelOfUnknownOrRefusedTellsNothingAndALaterPayIsRefused) {
  ASSERT_FALSE(Pay("refused", kLimit + 1).ok());
  for (const char* reference : {"unknown", "refused"}) {
    const auto canceled = Cancel(reference);
    ASSERT_TRUE(canceled.ok());
    EXPECT_EQ(canceled->status(), v1::Payment::STATUS_CANCELED);
  }
  EXPECT_EQ(ReasonOf(Pay("unknown").status()), "PAYMENT_CANCELED");
  EXPECT_EQ(ReasonOf(Pay("refused", kLimit + 1).status()), "PAYMENT_CANCELED");
  EXPECT_EQ(Emitted(), Names{});
}

TEST_F(PaymentServiceTest, ARefundByEventIsOnceAlsoTogetherWithACancel) {
  ASSERT_TRUE(Pay("r1").ok());
  HearCanceled("r1");
  HearCanceled("r1");
  ASSERT_TRUE(Cancel("r1").ok());
  EXPECT_EQ(Emitted(), (Names{"PaymentApproved", "PaymentCanceled"}));
  EXPECT_EQ(Balance("reference/r1"), 0);
}

TEST_F(PaymentServiceTest, FoodGivesBackWhatIsCanceledOrRejectedOnceEach) {
  events::Policies policies;
  MARU_CHECK(AddPolicies("food", provider_, policies));
  context_.Route(events::Routes::Of("food", policies));
  ASSERT_TRUE(Pay("canceled").ok());
  ASSERT_TRUE(Pay("rejected").ok());
  Emitted();
  for (int i = 0; i < 2; ++i) {
    const auto canceled = Proto<food::order::v1::OrderCanceled>("order_id: 'canceled'");
    ASSERT_TRUE(context_.Hear(Enveloped("food.order", "e1", canceled)).ok());
    const auto rejected = Proto<food::store::v1::StoreRejected>("order_id: 'rejected'");
    ASSERT_TRUE(context_.Hear(Enveloped("food.store", "e2", rejected)).ok());
  }
  EXPECT_EQ(Emitted(), (Names{"PaymentCanceled", "PaymentCanceled"}));
  EXPECT_EQ(Balance("reference/canceled"), 0);
  EXPECT_EQ(Balance("reference/rejected"), 0);
}

TEST_F(PaymentServiceTest, FashionGivesBackOnceWhenTheDeliveryIsCanceled) {
  events::Policies policies;
  MARU_CHECK(AddPolicies("fashion", provider_, policies));
  context_.Route(events::Routes::Of("fashion", policies));
  ASSERT_TRUE(Pay("o1").ok());
  const auto canceled = Proto<fashion::delivery::v1::DeliveryCanceled>("order_id: 'o1'");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(context_.Hear(Enveloped("fashion.delivery", "e1", canceled)).ok());
  }
  EXPECT_EQ(Emitted(), (Names{"PaymentApproved", "PaymentCanceled"}));
  EXPECT_EQ(Balance("provider/PAY_KIND_CREDIT"), 0);
}

TEST_F(PaymentServiceTest, AnEndThatIsHeardFirstLeavesATombstone) {
  HearCanceled("r1");
  EXPECT_EQ(ReasonOf(Pay("r1").status()), "PAYMENT_CANCELED");
  EXPECT_EQ(Emitted(), Names{});
}

TEST_F(PaymentServiceTest, ChangeMovesTheMoneyToTheNewWayInOneWrite) {
  ASSERT_TRUE(Pay("r1").ok());
  for (int i = 0; i < 2; ++i) {
    const auto changed = ChangeKind("m1", "r1");
    ASSERT_TRUE(changed.ok()) << changed.status();
    EXPECT_EQ(changed->pay_kind(), v1::PAY_KIND_BANK);
  }
  EXPECT_EQ(Emitted(), (Names{"PaymentApproved", "PaymentKindChanged"}));
  EXPECT_EQ(Balance("provider/PAY_KIND_CREDIT"), 0);
  EXPECT_EQ(Balance("provider/PAY_KIND_BANK"), 20000);
  EXPECT_EQ(Balance("reference/r1"), -20000);
  // What is given back is what was taken last.
  ASSERT_TRUE(Cancel("r1").ok());
  EXPECT_EQ(Balance("provider/PAY_KIND_BANK"), 0);
}

TEST_F(PaymentServiceTest, ARefusedChangeIsRememberedAndTheOldKindStays) {
  ASSERT_TRUE(Pay("r1").ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ReasonOf(ChangeKind("m1", "r1", "****-0002").status()), "PAYMETHOD_REFUSED");
  }
  EXPECT_EQ(ReasonOf(ChangeKind("m1", "r1", "****-9999").status()), "REFERENCE_REUSED");
  EXPECT_EQ(ReasonOf(ChangeKind("m2", "r1", "****-1234", "lee").status()), "NO_PAYMENT");
  EXPECT_EQ(Emitted(), Names{"PaymentApproved"});
  EXPECT_EQ(Balance("provider/PAY_KIND_CREDIT"), 20000);
}

TEST_F(PaymentServiceTest, AChangeThatCameTooEarlyStaysRefused) {
  EXPECT_EQ(ReasonOf(ChangeKind("m1", "r1").status()), "NO_PAYMENT");
  ASSERT_TRUE(Pay("r1").ok());
  EXPECT_EQ(ReasonOf(ChangeKind("m1", "r1").status()), "NO_PAYMENT");
  EXPECT_TRUE(ChangeKind("m2", "r1").ok());
}

TEST_F(PaymentServiceTest, AChangeByEventIsAppliedOrRefusedByEventOnce) {
  ASSERT_TRUE(Pay("r1").ok());
  Emitted();
  for (int i = 0; i < 2; ++i) {
    HearChanged("c1", "r1", "****-1234");
    HearChanged("c2", "r1", "****-0002");
    HearChanged("c3", "unknown", "****-1234");
  }
  EXPECT_EQ(Emitted(), (Names{"PaymentKindChanged", "PaymentKindRefused", "PaymentKindRefused"}));
  ASSERT_TRUE(Cancel("r1").ok());
  HearChanged("c4", "r1", "****-1234");
  EXPECT_EQ(Emitted(), (Names{"PaymentCanceled", "PaymentKindRefused"}));
}

TEST_F(PaymentServiceTest, AProviderWithoutAnswerStoresNothing) {
  BuiltInProvider silent(Proto<config::v1::ProviderConfig>("fail_percent: 100"), executor_,
                         random_);
  PaymentService service(context_.store(), silent);
  const auto request = Proto<v1::PayRequest>(
      "reference_id: 'r1' customer_id: 'kim' amount: 5 currency_code: 'KRW' "
      "pay_kind: PAY_KIND_CREDIT");
  const auto payment = context_.Run(service.Pay(call_, request));
  EXPECT_EQ(ReasonOf(payment.status()), "PROVIDER_UNAVAILABLE");
  EXPECT_TRUE(rpc::RetryDelayOf(payment.status()).has_value());
  EXPECT_EQ(List("admin:root"), Names{});
}

TEST_F(PaymentServiceTest, PaymentsAreTheirCustomersAndAdmins) {
  const std::string id = Pay("r1")->id();
  ASSERT_TRUE(Pay("r2").ok());
  ASSERT_TRUE(Pay("r3", 100, "lee").ok());
  EXPECT_EQ(List("customer:kim"), (Names{"r2", "r1"}));
  EXPECT_EQ(List("customer:lee"), Names{"r3"});
  EXPECT_EQ(List("admin:root"), (Names{"r3", "r2", "r1"}));
  EXPECT_EQ(List("customer:kim", "reference_id: 'r1'"), Names{"r1"});
  EXPECT_EQ(List("customer:lee", "reference_id: 'r1'"), Names{});
  EXPECT_EQ(List("admin:root", "page_size: 2"), (Names{"r3", "r2"}));
  EXPECT_TRUE(Get("customer:kim", id).ok());
  EXPECT_TRUE(Get("admin:root", id).ok());
  EXPECT_EQ(ReasonOf(Get("customer:lee", id).status()), "NOT_FOUND");
}

// Two Pays at once: both have looked before either has written.
TEST_F(PaymentServiceTest, TwoPaysAtOnceTakeOnce) {
  const auto request = Proto<v1::PayRequest>(
      "reference_id: 'r1' customer_id: 'kim' amount: 5 currency_code: 'KRW' "
      "pay_kind: PAY_KIND_CREDIT");
  std::vector<absl::StatusOr<v1::Payment>> results;
  async::Scope scope;
  for (int i = 0; i < 2; ++i) {
    scope.Spawn([](async::Task<absl::StatusOr<v1::Payment>> pay,
                   std::vector<absl::StatusOr<v1::Payment>>& out) -> async::Task<void> {
      out.push_back(co_await std::move(pay));
    }(service_.Pay(call_, request), results));
  }
  executor_.RunUntilIdle();
  ASSERT_EQ(results.size(), 2);
  for (const auto& result : results) EXPECT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Emitted(), Names{"PaymentApproved"});
}

TEST_F(PaymentServiceTest, TheLedgerCheckSeesWhatIsWrong) {
  ASSERT_TRUE(Pay("r1").ok());
  const auto put = [this](const std::string& entry) {
    ASSERT_TRUE(context_
                    .Run(context_.store().Apply([&](maru::store::Txn& txn) {
                      kEntries.Put(txn, "r1", "wrong", Proto<disk::Entry>(entry));
                      return absl::OkStatus();
                    }))
                    .ok());
  };
  put("currency_code: 'KRW' postings { account: 'reference/r1' amount: 1 }");
  EXPECT_TRUE(absl::IsDataLoss(CheckBooks())) << "does not add up to 0";
  put("currency_code: 'KRW' postings { account: 'reference/r1' amount: 20000 }"
      "postings { account: 'provider/PAY_KIND_CREDIT' amount: -20000 }");
  EXPECT_TRUE(absl::IsDataLoss(CheckBooks())) << "given back while APPROVED";
  put("currency_code: 'KRW' postings { account: 'reference/r2' amount: 20000 }"
      "postings { account: 'provider/PAY_KIND_CREDIT' amount: -20000 }");
  EXPECT_TRUE(absl::IsDataLoss(CheckBooks())) << "held for no payment";
  put("");
  EXPECT_TRUE(CheckBooks().ok());
}

TEST(PaymentPoliciesTest, ASystemThatTakesNoMoneyIsRefused) {
  async::ManualExecutor executor;
  maru::store::SeededRandom random;
  BuiltInProvider provider({}, executor, random);
  events::Policies policies;
  EXPECT_FALSE(AddPolicies("datecourse", provider, policies));
}

}  // namespace
}  // namespace maru::payment
