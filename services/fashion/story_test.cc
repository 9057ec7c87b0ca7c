// Goal: fashion holds together: no pieces and no payment, no order; nothing is oversold; every
// cancel is decided by the delivery, runs back through all contexts, and gives back pieces and
// money exactly once. Method: six contexts in one process (story_testing.h), first along the
// story's failures, then with random people, weather and order of events. A failing seed replays
// exactly.
#include <string>

#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/fashion/story_testing.h"

namespace maru::fashion {
namespace {

using payment::v1::Payment;
using rpc::ReasonOf;
using Status = order::v1::Order;
using StoreOrder = store::v1::StoreOrder;
using View = orderview::v1::OrderStatus;

constexpr char kKim[] = "customer:kim";
constexpr char kJun[] = "rider:jun";

class FashionStoryTest : public ::testing::Test {
 protected:
  ~FashionStoryTest() override {
    story_.Settle();
    story_.Check();
  }
  Status::Status StatusOf(const std::string& id) { return story_.Orders().at(id).status(); }
  int64_t Stock() { return story_.Product().stock(); }
  void Deliver() { story_.queues().DeliverAll(); }
  // Ordered, two pieces, and known everywhere.
  std::string Placed() {
    const auto row = story_.Place(kKim);
    MARU_CHECK(row.ok());
    Deliver();
    return row->id();
  }
  std::string StoreOrderOf(const std::string& id) { return story_.StoreOrders().at(id).id(); }
  std::string DeliveryOf(const std::string& id) { return story_.Deliveries().at(id).id(); }

  Story story_{1};
};

TEST_F(FashionStoryTest, OrderedPaidAcceptedDelivered) {
  const std::string id = Placed();
  EXPECT_EQ(StatusOf(id), Status::STATUS_DELIVERING) << "the store accepts by itself";
  EXPECT_EQ(story_.Product().sold(), 2);
  ASSERT_TRUE(story_.Complete(kJun, DeliveryOf(id)).ok());
  EXPECT_EQ(ReasonOf(story_.Complete("rider:sora", DeliveryOf(id)).status()), "ALREADY_COMPLETED");
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_COMPLETED);
  EXPECT_EQ(ReasonOf(story_.Cancel(kKim, id).status()), "NOT_CANCELABLE");
}

TEST_F(FashionStoryTest, TwoHundredCustomersAtOnceGetFiftyPieces) {
  ASSERT_TRUE(story_.AddStock(50 - kStock).ok());
  EXPECT_EQ(story_.PlaceAtOnce(200), 50);
  EXPECT_EQ(story_.Product().reserved(), 50);
  Deliver();
  EXPECT_EQ(story_.Product().sold(), 50);
  EXPECT_EQ(Stock(), 0);
  EXPECT_EQ(story_.Views().size(), 50);
}

TEST_F(FashionStoryTest, OutOfStockTakesNoMoney) {
  EXPECT_EQ(ReasonOf(story_.Place(kKim, kStock + 1).status()), "OUT_OF_STOCK");
  EXPECT_TRUE(story_.Payments().empty());
}

TEST_F(FashionStoryTest, PaymentRefusedPutsThePiecesBackAndLeavesNothingToSee) {
  EXPECT_EQ(ReasonOf(story_.Place(kKim, kTooMany).status()), "PAYMENT_REFUSED");
  EXPECT_EQ(Stock(), kStock);
  Deliver();
  EXPECT_TRUE(story_.Views().empty());
  EXPECT_TRUE(story_.StoreOrders().empty());
}

TEST_F(FashionStoryTest, PaymentDownRefusesNewOrdersWhileCancelsGoOnAndRefundsRunLater) {
  const std::string id = Placed();
  story_.to_payment().SetDown(true);
  story_.queues().SetDown(story_.payment(), true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim).status()));
  EXPECT_EQ(story_.Product().reserved(), 0) << "put back at once";
  ASSERT_TRUE(story_.Cancel(kKim, id).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_CANCELED);
  story_.Settle();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
}

TEST_F(FashionStoryTest, ProductDownRefusesNewOrdersWhileCancelsGoOnAndPiecesComeBackLater) {
  const std::string id = Placed();
  story_.to_product().SetDown(true);
  story_.queues().SetDown(story_.product(), true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim).status()));
  ASSERT_TRUE(story_.Cancel(kKim, id).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
  EXPECT_EQ(Stock(), kStock - 2);
  story_.Settle();
  EXPECT_EQ(Stock(), kStock);
}

TEST_F(FashionStoryTest, ALostAnswerIsUndoneOrContinuedNeverHalf) {
  constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-0000000000aa";
  story_.to_payment().LoseAnswers(true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim, 2, kRequestId).status()));
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim).status()));
  story_.to_product().LoseAnswers(true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim).status()));
  Deliver();
  EXPECT_TRUE(story_.Views().empty()) << "PENDING is never shown";
  EXPECT_EQ(story_.Product().reserved(), 6);
  story_.to_payment().LoseAnswers(false);
  story_.to_product().LoseAnswers(false);
  const auto continued = story_.Place(kKim, 2, kRequestId);
  ASSERT_TRUE(continued.ok()) << continued.status();
  story_.Settle();
  const auto rows = story_.Orders();
  ASSERT_EQ(rows.size(), 3);
  for (const auto& [id, row] : rows) {
    EXPECT_EQ(row.status(),
              id == continued->id() ? Status::STATUS_DELIVERING : Status::STATUS_REJECTED);
  }
  EXPECT_EQ(Stock(), kStock - 2);
}

TEST_F(FashionStoryTest, ACancelOnTheWayRunsBackThroughAll) {
  const std::string id = Placed();
  ASSERT_TRUE(story_.Cancel(kKim, id)->cancel_requested());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
  EXPECT_EQ(story_.Payments().at(id).status(), Payment::STATUS_CANCELED);
  EXPECT_EQ(story_.StoreOrders().at(id).status(), StoreOrder::STATUS_CANCELED);
  EXPECT_EQ(Stock(), kStock);
  EXPECT_EQ(ReasonOf(story_.Complete(kJun, DeliveryOf(id)).status()), "DELIVERY_CANCELED");
  EXPECT_TRUE(story_.Cancel(kKim, id).ok()) << "repeated";
}

TEST_F(FashionStoryTest, ACancelThatComesTooLateIsRefusedByTheDeliveryAndTheFlagCleared) {
  const std::string id = Placed();
  ASSERT_TRUE(story_.Complete(kJun, DeliveryOf(id)).ok());
  ASSERT_TRUE(story_.Cancel(kKim, id).ok()) << "the order has not heard of it";
  Deliver();
  EXPECT_FALSE(story_.Orders().at(id).cancel_requested());
  EXPECT_EQ(StatusOf(id), Status::STATUS_COMPLETED);
  EXPECT_EQ(story_.StoreOrders().at(id).status(), StoreOrder::STATUS_ACCEPTED);
  EXPECT_EQ(Stock(), kStock - 2);
}

TEST_F(FashionStoryTest, AnOwnerWhoWorksByHandAcceptsAndConfirms) {
  ASSERT_TRUE(story_.SetAutoAccept(false).ok());
  const std::string id = Placed();
  EXPECT_EQ(StatusOf(id), Status::STATUS_PAID);
  ASSERT_TRUE(story_.Accept(StoreOrderOf(id)).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_DELIVERING);
  ASSERT_TRUE(story_.Cancel(kKim, id).ok());
  Deliver();
  EXPECT_EQ(ReasonOf(story_.Accept(StoreOrderOf(id)).status()), "CANCEL_PENDING");
  EXPECT_EQ(StatusOf(id), Status::STATUS_DELIVERING) << "it waits for the owner";
  ASSERT_TRUE(story_.ConfirmCancel(StoreOrderOf(id)).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
}

TEST_F(FashionStoryTest, DeliveredWhileTheOwnerThinksAboutTheCancelItStands) {
  ASSERT_TRUE(story_.SetAutoAccept(false).ok());
  const std::string id = Placed();
  ASSERT_TRUE(story_.Accept(StoreOrderOf(id)).ok());
  Deliver();
  ASSERT_TRUE(story_.Cancel(kKim, id).ok());
  Deliver();
  ASSERT_TRUE(story_.Complete(kJun, DeliveryOf(id)).ok());
  ASSERT_TRUE(story_.ConfirmCancel(StoreOrderOf(id)).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_COMPLETED);
  EXPECT_FALSE(story_.Orders().at(id).cancel_requested());
  EXPECT_EQ(story_.Payments().at(id).status(), Payment::STATUS_APPROVED);
}

TEST_F(FashionStoryTest, CanceledBeforeItWasAcceptedItIsNeverDelivered) {
  ASSERT_TRUE(story_.SetAutoAccept(false).ok());
  const std::string id = Placed();
  ASSERT_TRUE(story_.Cancel(kKim, id).ok());
  Deliver();
  ASSERT_TRUE(story_.ConfirmCancel(StoreOrderOf(id)).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
  EXPECT_TRUE(story_.Deliveries().empty());
  EXPECT_EQ(story_.Views().at(id).delivery_status(), View::DELIVERY_STATUS_CANCELED);
}

TEST_F(FashionStoryTest, WhileTheStoreIsDownOrdersAndCancelsWaitForIt) {
  story_.queues().SetDown(story_.store(), true);
  const std::string kept = Placed();
  const std::string canceled = Placed();
  ASSERT_TRUE(story_.Cancel(kKim, canceled)->cancel_requested());
  Deliver();
  EXPECT_EQ(StatusOf(canceled), Status::STATUS_PAID);
  EXPECT_TRUE(story_.StoreOrders().empty());
  story_.queues().SetDown(story_.store(), false);
  Deliver();
  EXPECT_EQ(StatusOf(kept), Status::STATUS_DELIVERING);
  EXPECT_EQ(StatusOf(canceled), Status::STATUS_REFUNDED);
}

TEST_F(FashionStoryTest, DeliveryAndOrderviewCatchUpExactly) {
  story_.queues().SetDown(story_.delivery(), true);
  story_.queues().SetDown(story_.orderview(), true);
  const std::string kept = Placed();
  const std::string canceled = Placed();
  ASSERT_TRUE(story_.Cancel(kKim, canceled).ok());
  Deliver();
  EXPECT_EQ(StatusOf(canceled), Status::STATUS_ACCEPTED) << "the delivery decides";
  EXPECT_TRUE(story_.Views().empty());
  story_.Settle();
  EXPECT_EQ(story_.Views().size(), 2);
  EXPECT_EQ(StatusOf(kept), Status::STATUS_DELIVERING);
  EXPECT_EQ(StatusOf(canceled), Status::STATUS_REFUNDED);
}

class FashionRandomStoryTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(FashionRandomStoryTest, EverybodyAgreesInTheEnd) {
  Story story(GetParam());
  for (int i = 0; i < 1500; ++i) story.Step();
  story.Settle();
  story.Check();
  EXPECT_GT(story.Views().size(), 5u) << "too little happened to mean anything";
}

INSTANTIATE_TEST_SUITE_P(Seeds, FashionRandomStoryTest, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace maru::fashion
