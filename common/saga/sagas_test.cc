// Goal: what a saga promises to its caller, to its callees and to its rows, one situation a test;
// testing/verifier_test.cc crosses them all. Method: the example sagas over a store in memory under
// virtual time; callees follow a script.
#include "common/saga/sagas.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/manual_executor.h"
#include "common/rpc/error.h"
#include "common/saga/testing/example.h"
#include "common/saga/testing/example.maru.h"
#include "common/saga/testing/quiet_journal.h"
#include "common/store/store_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::saga {
namespace {

using example::v1::Library;
using example::v1::Order;
using example::v1::Paymethod;
using maru::store::TestCall;
using maru::store::Txn;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Status Unknown() { return options::v1::errors::CalleeUnavailable("payment"); }
absl::Status Unsent() { return rpc::MarkUnsent(Unknown()); }

// Answers every method with an empty success, unless told otherwise.
class ScriptedPeer final : public rpc::Caller {
 public:
  explicit ScriptedPeer(async::Executor& executor) : changed_(executor) {}

  void Next(std::string_view method, absl::Status status) {
    script_[std::string(method)].push_back(std::move(status));
  }
  void Hang(bool hangs) {
    hangs_ = hangs;
    changed_.NotifyAll();
  }
  std::vector<std::string> calls;
  Instant last_deadline;
  // What SettleReceipt says.
  bool applied = false;

  async::Task<rpc::EncodedReply> Call(const rpc::CallContext& call, const rpc::MethodInfo& method,
                                      std::string) override {
    const std::string name(method.name);
    calls.push_back(name);
    last_deadline = call.deadline;
    while (hangs_) co_await changed_.Wait();
    std::deque<absl::Status>& script = script_[name];
    if (!script.empty()) {
      const absl::Status status = script.front();
      script.pop_front();
      if (!status.ok()) co_return status;
    }
    if (name != "SettleReceipt") co_return std::string();
    example::v1::SettleReceiptResponse settled;
    settled.set_applied(applied);
    co_return settled.SerializeAsString();
  }

 private:
  async::Signal changed_;
  std::map<std::string, std::deque<absl::Status>> script_;
  bool hangs_ = false;
};

example::v1::PayRequest PriceOf(const Library& library) {
  example::v1::PayRequest request;
  request.set_reference_id(library.id());
  return request;
}
example::v1::CancelRequest RefundOf(const Library& library) {
  example::v1::CancelRequest request;
  request.set_reference_id(library.id());
  return request;
}

// Warehouse, paid for first by somebody who has no reason to refuse.
Definition<Library, Library> BuyIn(rpc::Caller& payment, rpc::Caller& book) {
  using Payments = example::v1::PaymentServiceClient;
  const Payments payments(payment);
  Definition<Library, Library> saga = example::Warehouse(book);
  saga.name = "buy-in";
  saga.steps.insert(saga.steps.begin(),
                    Step<Library>("payment.Pay", payments, &Payments::Pay, PriceOf,
                                  [](Txn&, Library&, const example::v1::Payment&) {})
                        .UndoneBy("payment.Cancel", payments, &Payments::Cancel, RefundOf)
                        .NeverRefused());
  return saga;
}

class SagasTest : public ::testing::Test {
 public:
  ~SagasTest() override { calls_.CancelAll(); }

 protected:
  SagasTest() : store_(executor_), product_(executor_), payment_(executor_), book_(executor_) {
    Start();
  }

  void Start() {
    registry_ = std::make_unique<prometheus::Registry>();
    sagas_ = std::make_unique<Sagas>(Environment{executor_, random_, *store_, journal_, *registry_},
                                     SagaOptions{});
    place_order_ = &sagas_->Add(example::PlaceOrder(product_, payment_));
    register_paymethod_ = &sagas_->Add(example::RegisterPaymethod(payment_));
    warehouse_ = &sagas_->Add(example::Warehouse(book_));
    buy_in_ = &sagas_->Add(saga::BuyIn(payment_, book_));
    ASSERT_TRUE(maru::store::RunOn(executor_, sagas_->Start()).ok());
  }
  // Everything that is not on disk is gone, callers too.
  void Crash() {
    calls_.CancelAll();
    sagas_.reset();
    store_.Crash();
    store_.Reopen();
    Start();
  }

  // A command under way.
  template <class Reply>
  struct Pending {
    rpc::CallContext call;
    std::optional<absl::StatusOr<Reply>> result;
  };
  template <class Reply, class Fn>
  std::shared_ptr<Pending<Reply>> Send(Saga<Reply, Reply>& saga, rpc::CallContext call, Fn begin) {
    auto pending = std::make_shared<Pending<Reply>>();
    pending->call = std::move(call);
    if (pending->call.deadline == Instant::InfiniteFuture()) {
      pending->call.deadline = executor_.Now() + absl::Seconds(2);
    }
    calls_.Spawn([](Saga<Reply, Reply>& to, std::shared_ptr<Pending<Reply>> to_fill,
                    Fn to_begin) -> async::Task<void> {
      to_fill->result.emplace(co_await to.Run(to_fill->call, to_begin));
    }(saga, pending, std::move(begin)));
    executor_.RunUntilIdle();
    return pending;
  }
  std::shared_ptr<Pending<Order>> Place(std::string request_id = {}, std::string content = {}) {
    return Send(*place_order_, TestCall(std::move(request_id), std::move(content)),
                [](Txn& txn) -> absl::StatusOr<Order> {
                  Order order;
                  order.set_id(txn.NewId());
                  order.set_customer_id("민수");
                  order.set_quantity(2);
                  return order;
                });
  }
  std::shared_ptr<Pending<Paymethod>> Register(std::string request_id = {}) {
    return Send(*register_paymethod_, TestCall(std::move(request_id)),
                [](Txn& txn) -> absl::StatusOr<Paymethod> {
                  Paymethod paymethod;
                  paymethod.set_id(txn.NewId());
                  paymethod.set_reservation_id("예약-1");
                  example::kActivePaymethods.Put(txn, "예약-1", paymethod.id());
                  return paymethod;
                });
  }
  std::shared_ptr<Pending<Library>> Warehouse(bool allow_pending, std::string request_id = {}) {
    return TakeIn(*warehouse_, allow_pending, std::move(request_id));
  }
  std::shared_ptr<Pending<Library>> BuyIn(std::string request_id) {
    return TakeIn(*buy_in_, false, std::move(request_id));
  }
  std::shared_ptr<Pending<Library>> TakeIn(Saga<Library, Library>& saga, bool allow_pending,
                                           std::string request_id) {
    return Send(saga, TestCall(std::move(request_id)),
                [allow_pending](Txn& txn) -> absl::StatusOr<Library> {
                  Library library;
                  library.set_id(txn.NewId());
                  library.set_book_id("어린 왕자");
                  library.set_allow_pending(allow_pending);
                  return library;
                });
  }

  template <class P>
  std::vector<P> Rows(const maru::store::Table<P, std::string>& table) {
    auto rows = maru::store::RunOn(executor_, store_->Read([&](maru::store::Reader& reader) {
      return table.Scan(reader, {});
    }));
    MARU_CHECK(rows.ok());
    std::vector<P> values;
    for (auto& row : *rows) values.push_back(std::move(row.value));
    return values;
  }
  std::vector<example::v1::OrderStatus> OrderStates() {
    std::vector<example::v1::OrderStatus> states;
    for (const Order& order : Rows(example::kOrders)) states.push_back(order.status());
    return states;
  }
  std::vector<std::string> Emitted() {
    auto rows = maru::store::RunOn(executor_, store_->ReadOutbox(0, 1000, 1 << 20));
    MARU_CHECK(rows.ok());
    std::vector<std::string> types;
    for (const auto& row : *rows) {
      event::v1::Event event;
      MARU_CHECK(event.ParseFromString(row.event));
      types.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return types;
  }
  async::Task<absl::Status> Cancel(rpc::CallContext& call, std::string id) {
    co_return co_await place_order_->Cancel(call, std::move(id),
                                            [](const Order&) { return absl::OkStatus(); });
  }

  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  testing::QuietJournal journal_;
  maru::store::TestStore store_;
  ScriptedPeer product_;
  ScriptedPeer payment_;
  ScriptedPeer book_;
  std::unique_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Sagas> sagas_;
  Saga<Order, Order>* place_order_ = nullptr;
  Saga<Paymethod, Paymethod>* register_paymethod_ = nullptr;
  Saga<Library, Library>* warehouse_ = nullptr;
  Saga<Library, Library>* buy_in_ = nullptr;
  async::Scope calls_;
};

constexpr char kRequest[] = "0b5c1a3e-0000-4000-8000-000000000001";

TEST_F(SagasTest, AllStepsDoneIsDone) {
  const auto placed = Place(kRequest);
  ASSERT_TRUE(placed->result.has_value());
  ASSERT_TRUE(placed->result->ok()) << placed->result->status();
  EXPECT_EQ((*placed->result)->status(), example::v1::ORDER_STATUS_PAID);
  EXPECT_THAT(product_.calls, ElementsAre("Reserve"));
  EXPECT_THAT(payment_.calls, ElementsAre("Pay"));
  EXPECT_THAT(Emitted(), ElementsAre("OrderPlaced"));
  EXPECT_EQ(placed->call.published().entries_size(), 1);
  EXPECT_EQ(sagas_->running(), 0u);

  // Recorded: the same result, position included, and no call.
  const auto again = Place(kRequest);
  EXPECT_EQ((*again->result)->id(), (*placed->result)->id());
  EXPECT_EQ(again->call.published().entries_size(), 1);
  EXPECT_THAT(payment_.calls, ElementsAre("Pay"));
  const auto reused = Place(kRequest, "다른 내용");
  EXPECT_EQ(rpc::ReasonOf(reused->result->status()), "REQUEST_ID_REUSED");
}

TEST_F(SagasTest, RefusedUndoesTheStepsBeforeAndIsRecorded) {
  payment_.Next("Pay", example::v1::errors::PaymentRefused());
  const auto placed = Place(kRequest);
  EXPECT_EQ(rpc::ReasonOf(placed->result->status()), "PAYMENT_REFUSED");
  EXPECT_THAT(product_.calls, ElementsAre("Reserve", "Release"));
  EXPECT_THAT(payment_.calls, ElementsAre("Pay"));
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_REJECTED));
  EXPECT_THAT(Emitted(), IsEmpty());
  const auto again = Place(kRequest);
  EXPECT_EQ(rpc::ReasonOf(again->result->status()), "PAYMENT_REFUSED");
  EXPECT_EQ(OrderStates().size(), 1u);
}

TEST_F(SagasTest, SurelyUnsentIsRejectedAtOnceAndTheRequestBeginsAnew) {
  product_.Next("Reserve", Unsent());
  const auto placed = Place(kRequest);
  ASSERT_TRUE(placed->result.has_value());
  EXPECT_EQ(rpc::ReasonOf(placed->result->status()), "CALLEE_UNAVAILABLE");
  EXPECT_FALSE(rpc::ErrorInfoOf(placed->result->status())->metadata().at("id").empty());
  EXPECT_TRUE(rpc::RetryDelayOf(placed->result->status()).has_value());
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_REJECTED));
  EXPECT_THAT(product_.calls, ElementsAre("Reserve"));
  const auto again = Place(kRequest);
  EXPECT_TRUE(again->result->ok());
  EXPECT_THAT(OrderStates(),
              ElementsAre(example::v1::ORDER_STATUS_REJECTED, example::v1::ORDER_STATUS_PAID));
}

TEST_F(SagasTest, TheCallerOfAnUnsentStepDoesNotWaitForCompensation) {
  payment_.Next("Pay", Unsent());
  product_.Next("Release", Unknown());
  const auto placed = Place();
  ASSERT_TRUE(placed->result.has_value());
  EXPECT_EQ(rpc::ReasonOf(placed->result->status()), "CALLEE_UNAVAILABLE");
  EXPECT_EQ(sagas_->running(), 1u);
  executor_.Advance(absl::Seconds(2));
  EXPECT_THAT(product_.calls, ElementsAre("Reserve", "Release", "Release"));
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_REJECTED));
}

TEST_F(SagasTest, UnknownStaysPendingUntilTheSameRequestContinuesIt) {
  payment_.Next("Pay", Unknown());
  const auto placed = Place(kRequest);
  EXPECT_EQ(placed->result->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(rpc::ReasonOf(placed->result->status()), "OUTCOME_PENDING");
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_PENDING));
  executor_.Advance(absl::Seconds(20));
  EXPECT_THAT(payment_.calls, ElementsAre("Pay"));
  const auto again = Place(kRequest);
  ASSERT_TRUE(again->result->ok()) << again->result->status();
  EXPECT_EQ((*again->result)->id(),
            rpc::ErrorInfoOf(placed->result->status())->metadata().at("id"));
  EXPECT_THAT(product_.calls, ElementsAre("Reserve"));
  const auto reused = Place(kRequest, "다른 내용");
  EXPECT_EQ(rpc::ReasonOf(reused->result->status()), "REQUEST_ID_REUSED");
}

TEST_F(SagasTest, UnknownIsCompensatedInReverseWhenNobodyComesBack) {
  payment_.Next("Pay", Unknown());
  payment_.Next("Cancel", Unknown());
  Place(kRequest);
  executor_.Advance(absl::Seconds(29));
  EXPECT_THAT(payment_.calls, ElementsAre("Pay"));
  executor_.Advance(absl::Seconds(1));
  EXPECT_THAT(payment_.calls, ElementsAre("Pay", "Cancel"));
  EXPECT_THAT(product_.calls, ElementsAre("Reserve"));
  executor_.Advance(absl::Seconds(2));
  EXPECT_THAT(payment_.calls, ElementsAre("Pay", "Cancel", "Cancel"));
  EXPECT_THAT(product_.calls, ElementsAre("Reserve", "Release"));
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_REJECTED));
  EXPECT_TRUE(Place(kRequest)->result->ok());
}

TEST_F(SagasTest, AJoinerOfACompensationWaitsForItAndBeginsAnew) {
  payment_.Next("Pay", Unknown());
  Place(kRequest);
  payment_.Hang(true);
  executor_.Advance(absl::Seconds(30));
  const auto again = Place(kRequest);
  EXPECT_FALSE(again->result.has_value());
  payment_.Hang(false);
  executor_.RunUntilIdle();
  ASSERT_TRUE(again->result.has_value());
  EXPECT_TRUE(again->result->ok()) << again->result->status();
  EXPECT_THAT(OrderStates(),
              ElementsAre(example::v1::ORDER_STATUS_REJECTED, example::v1::ORDER_STATUS_PAID));
}

TEST_F(SagasTest, ARefusalAfterAnUnknownAttemptUndoesTheStepItself) {
  payment_.Next("Pay", Unknown());
  Place(kRequest);
  payment_.Next("Pay", example::v1::errors::PaymentRefused());
  const auto again = Place(kRequest);
  EXPECT_EQ(rpc::ReasonOf(again->result->status()), "PAYMENT_REFUSED");
  EXPECT_THAT(payment_.calls, ElementsAre("Pay", "Pay", "Cancel"));
}

TEST_F(SagasTest, UnsentAfterAnUnknownAttemptIsStillUnknown) {
  payment_.Next("Pay", Unknown());
  Place(kRequest);
  payment_.Next("Pay", Unsent());
  const auto again = Place(kRequest);
  EXPECT_EQ(again->result->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_PENDING));
}

TEST_F(SagasTest, TwoCallersWithOneRequestShareOneRow) {
  payment_.Hang(true);
  const auto first = Place(kRequest);
  const auto second = Place(kRequest);
  payment_.Hang(false);
  executor_.RunUntilIdle();
  EXPECT_TRUE(first->result->ok());
  EXPECT_TRUE(second->result->ok());
  EXPECT_EQ((*first->result)->id(), (*second->result)->id());
  EXPECT_THAT(payment_.calls, ElementsAre("Pay"));
}

TEST_F(SagasTest, ACallerWhoseTimeIsUpLeavesTheSagaGoingOn) {
  payment_.Hang(true);
  const auto placed = Place(kRequest);
  EXPECT_GT(payment_.last_deadline, placed->call.deadline);
  executor_.Advance(absl::Seconds(2));
  ASSERT_TRUE(placed->result.has_value());
  EXPECT_EQ(rpc::ReasonOf(placed->result->status()), "OUTCOME_PENDING");
  payment_.Hang(false);
  executor_.RunUntilIdle();
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_PAID));
  EXPECT_TRUE(Place(kRequest)->result->ok());
}

TEST_F(SagasTest, CancelWhilePendingBeatsTheAnswer) {
  payment_.Hang(true);
  const auto placed = Place(kRequest);
  const std::string id = Rows(example::kOrders).at(0).id();
  rpc::CallContext call = TestCall();
  std::optional<absl::Status> canceled;
  calls_.Spawn(
      [](async::Task<absl::Status> task, std::optional<absl::Status>& out) -> async::Task<void> {
        out = co_await std::move(task);
      }(Cancel(call, id), canceled));
  executor_.RunUntilIdle();
  EXPECT_FALSE(canceled.has_value());
  payment_.Hang(false);
  executor_.RunUntilIdle();
  EXPECT_EQ(canceled, absl::OkStatus());
  EXPECT_EQ(rpc::ReasonOf(placed->result->status()), "CANCELED_WHILE_PENDING");
  EXPECT_THAT(payment_.calls, ElementsAre("Pay", "Cancel"));
  EXPECT_THAT(product_.calls, ElementsAre("Reserve", "Release"));
  EXPECT_TRUE(Rows(example::kOrders).at(0).canceled());
  EXPECT_EQ(rpc::ReasonOf(Place(kRequest)->result->status()), "CANCELED_WHILE_PENDING");
}

TEST_F(SagasTest, CancelOfAnEndedRowIsTheCommandsOwnBusiness) {
  const auto placed = Place();
  rpc::CallContext call = TestCall();
  EXPECT_TRUE(maru::store::RunOn(executor_, Cancel(call, (*placed->result)->id())).ok());
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_PAID));
}

TEST_F(SagasTest, GoesOnAfterACrashInEveryState) {
  // Pending: nobody comes back.
  payment_.Next("Pay", Unknown());
  Place(kRequest);
  Crash();
  EXPECT_EQ(sagas_->running(), 1u);
  executor_.Advance(absl::Seconds(29));
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_PENDING));
  // Compensating.
  payment_.Next("Cancel", Unknown());
  executor_.Advance(absl::Seconds(1));
  Crash();
  executor_.Advance(absl::Seconds(1));
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_REJECTED));
  EXPECT_EQ(sagas_->running(), 0u);
}

TEST_F(SagasTest, JoinsAfterACrash) {
  payment_.Next("Pay", Unknown());
  Place(kRequest);
  Crash();
  EXPECT_TRUE(Place(kRequest)->result->ok());
  EXPECT_THAT(product_.calls, ElementsAre("Reserve"));
}

TEST_F(SagasTest, AskedAgainUntilAnswered) {
  payment_.Next("ChangePayKind", Unknown());
  payment_.Next("ChangePayKind", Unsent());
  payment_.Next("ChangePayKind", Unknown());
  const auto registered = Register(kRequest);
  EXPECT_EQ(registered->result->status().code(), absl::StatusCode::kUnavailable);
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(payment_.calls.size(), 4u);
  const auto again = Register(kRequest);
  ASSERT_TRUE(again->result->ok());
  EXPECT_EQ((*again->result)->status(), example::v1::PAYMETHOD_STATUS_REGISTERED);
  EXPECT_EQ(Rows(example::kPaymethods).size(), 1u);
}

TEST_F(SagasTest, RejectedFreesWhatTheRowHeld) {
  payment_.Next("ChangePayKind", Unsent());
  Register();
  EXPECT_EQ(Rows(example::kPaymethods).at(0).status(), example::v1::PAYMETHOD_STATUS_REJECTED);
  auto active = maru::store::RunOn(executor_, store_->Read([](maru::store::Reader& reader) {
    return example::kActivePaymethods.Scan(reader, {});
  }));
  EXPECT_THAT(*active, IsEmpty());
}

TEST_F(SagasTest, SettledAsAppliedOrFenced) {
  for (const bool applied : {true, false}) {
    SCOPED_TRACE(applied);
    book_.Next("Receive", Unknown());
    book_.applied = applied;
    const std::string request = applied ? kRequest : std::string();
    const auto warehoused = Warehouse(false, request);
    EXPECT_EQ(warehoused->result->status().code(), absl::StatusCode::kUnavailable);
    executor_.Advance(absl::Seconds(2));
    EXPECT_EQ(Rows(example::kLibraries).back().status(),
              applied ? example::v1::LIBRARY_STATUS_CONFIRMED : example::v1::LIBRARY_STATUS_FAILED);
    EXPECT_EQ(Emitted().size(), 1u);
    if (applied) EXPECT_TRUE(Warehouse(false, request)->result->ok());
  }
}

TEST_F(SagasTest, AfterARestartASettlementThatSaysNoIsNotTakenForSuccess) {
  book_.Next("Receive", Unknown());
  BuyIn(kRequest);
  book_.Hang(true);
  Crash();
  const auto again = BuyIn(kRequest);
  // Compensation cannot end yet.
  payment_.Hang(true);
  book_.Hang(false);
  executor_.RunUntilIdle();
  ASSERT_TRUE(again->result.has_value());
  EXPECT_EQ(rpc::ReasonOf(again->result->status()), "OUTCOME_PENDING");
  payment_.Hang(false);
  executor_.RunUntilIdle();
  EXPECT_EQ(Rows(example::kLibraries).at(0).status(), example::v1::LIBRARY_STATUS_FAILED);
  EXPECT_THAT(payment_.calls, ElementsAre("Pay", "Cancel"));
}

TEST_F(SagasTest, ARefusalThatIsNoResultEndsAsUnsentAndUndoesWhatMayHaveBeenSent) {
  payment_.Next("Pay", Unknown());
  BuyIn(kRequest);
  payment_.Next("Pay", absl::PermissionDeniedError("not you"));
  const auto again = BuyIn(kRequest);
  // No result: it was begun anew.
  EXPECT_TRUE(again->result->ok()) << again->result->status();
  EXPECT_THAT(payment_.calls, ElementsAre("Pay", "Pay", "Cancel", "Pay"));
  EXPECT_EQ(Rows(example::kLibraries).at(0).status(), example::v1::LIBRARY_STATUS_FAILED);
  EXPECT_EQ(Rows(example::kLibraries).at(1).status(), example::v1::LIBRARY_STATUS_CONFIRMED);
}

TEST_F(SagasTest, AcceptedWhileTheCalleeIsAway) {
  book_.Next("Receive", Unsent());
  book_.Next("Receive", Unknown());
  book_.Next("Receive", Unsent());
  const auto warehoused = Warehouse(true, kRequest);
  ASSERT_TRUE(warehoused->result.has_value());
  ASSERT_TRUE(warehoused->result->ok()) << warehoused->result->status();
  EXPECT_EQ((*warehoused->result)->status(), example::v1::LIBRARY_STATUS_PENDING);
  Crash();
  executor_.Advance(absl::Minutes(2));
  EXPECT_THAT(book_.calls, ElementsAre("Receive", "Receive", "Receive", "Receive"));
  EXPECT_EQ((*Warehouse(true, kRequest)->result)->status(), example::v1::LIBRARY_STATUS_CONFIRMED);
}

TEST_F(SagasTest, ACrowdedDiskDelaysTheAnswerAndLosesNothing) {
  payment_.Hang(true);
  const auto placed = Place(kRequest);
  store_.disk().OnWrite([] { return absl::ResourceExhaustedError("full"); });
  payment_.Hang(false);
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(rpc::ReasonOf(placed->result->status()), "OUTCOME_PENDING");
  store_.disk().OnWrite(nullptr);
  executor_.Advance(absl::Seconds(10));
  EXPECT_THAT(OrderStates(), ElementsAre(example::v1::ORDER_STATUS_PAID));
  EXPECT_THAT(payment_.calls, ElementsAre("Pay"));
}

TEST_F(SagasTest, AStoredSagaThatIsNotDeclaredStopsTheStart) {
  payment_.Next("Pay", Unknown());
  Place();
  sagas_ = std::make_unique<Sagas>(Environment{executor_, random_, *store_, journal_, *registry_},
                                   SagaOptions{});
  EXPECT_EQ(maru::store::RunOn(executor_, sagas_->Start()).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace maru::saga
