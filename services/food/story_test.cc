// Goal: food holds together: no payment, no order; a refund exactly once; every race decided by the
// store's ticket, and order, payment, delivery, dashboard and watchers agree with it in the end.
// Method: five contexts in one process (story_testing.h), first along the story's failures, then
// with random people, weather and order of events. A failing seed replays exactly.
#include "services/food/story_testing.h"

#include <string>

#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::food {
namespace {

using payment::v1::Payment;
using rpc::ReasonOf;
using Status = order::v1::Order;
using Ticket = store::v1::StoreOrder;

constexpr char kKim[] = "customer:kim";
constexpr char kJun[] = "rider:jun";

class FoodStoryTest : public ::testing::Test {
 protected:
  ~FoodStoryTest() override {
    story_.Settle();
    story_.Check();
  }
  Status::Status StatusOf(const std::string& id) { return story_.Orders().at(id).status(); }
  void Deliver() { story_.queues().DeliverAll(); }
  // Ordered, and known everywhere.
  std::string Placed() {
    const auto row = story_.Place(kKim);
    MARU_CHECK(row.ok());
    Deliver();
    return row->id();
  }
  std::string TicketOf(const std::string& id) { return story_.Tickets().at(id).id(); }
  std::string DeliveryOf(const std::string& id) { return story_.Deliveries().at(id).id(); }
  // Accepted, and being cooked.
  std::string Cooking() {
    const std::string id = Placed();
    MARU_CHECK(story_.Accept(TicketOf(id)).ok());
    MARU_CHECK(story_.StartCooking(TicketOf(id)).ok());
    Deliver();
    return id;
  }

  Story story_{1};
};

TEST_F(FoodStoryTest, OrderedPaidCookedDeliveredAndWatched) {
  const std::string id = Cooking();
  story_.Look(id);
  EXPECT_EQ(StatusOf(id), Status::STATUS_COOKING);
  ASSERT_TRUE(story_.FinishCooking(TicketOf(id)).ok());
  Deliver();
  story_.Look(id);
  ASSERT_TRUE(story_.PickUp(kJun, DeliveryOf(id)).ok());
  EXPECT_EQ(ReasonOf(story_.PickUp("rider:sora", DeliveryOf(id)).status()), "ALREADY_PICKED_UP");
  ASSERT_TRUE(story_.Complete(kJun, DeliveryOf(id)).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_DELIVERED);
  EXPECT_EQ(ReasonOf(story_.Cancel(kKim, id).status()), "NOT_CANCELABLE");
}

TEST_F(FoodStoryTest, PaymentRefusedLeavesNothingToSee) {
  EXPECT_EQ(ReasonOf(story_.Place(kKim, kLimit + 1).status()), "PAYMENT_REFUSED");
  Deliver();
  EXPECT_TRUE(story_.Views().empty());
  EXPECT_TRUE(story_.Tickets().empty());
}

TEST_F(FoodStoryTest, PaymentDownRefusesNewOrdersWhileCancelsGoOnAndRefundsRunLater) {
  const std::string id = Placed();
  story_.to_payment().SetDown(true);
  story_.queues().SetDown(story_.payment(), true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim).status()));
  ASSERT_TRUE(story_.Cancel(kKim, id).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_CANCELED);
  story_.Settle();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
}

TEST_F(FoodStoryTest, ALostAnswerIsUndoneOrContinuedNeverHalf) {
  constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-0000000000aa";
  story_.to_payment().LoseAnswers(true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim, 18000, kRequestId).status()));
  EXPECT_TRUE(absl::IsUnavailable(story_.Place(kKim).status()));
  Deliver();
  EXPECT_TRUE(story_.Views().empty()) << "PENDING is never shown";
  story_.to_payment().LoseAnswers(false);
  const auto continued = story_.Place(kKim, 18000, kRequestId);
  ASSERT_TRUE(continued.ok()) << continued.status();
  story_.Settle();
  const auto rows = story_.Orders();
  ASSERT_EQ(rows.size(), 2);
  for (const auto& [id, row] : rows) {
    EXPECT_EQ(row.status(), id == continued->id() ? Status::STATUS_PAID : Status::STATUS_REJECTED);
  }
}

TEST_F(FoodStoryTest, ACancelWhileCookingWinsAndIsRefundedOnce) {
  const std::string id = Cooking();
  ASSERT_TRUE(story_.Cancel(kKim, id)->cancel_requested());
  Deliver();
  const auto late = story_.FinishCooking(TicketOf(id));
  EXPECT_EQ(rpc::ErrorInfoOf(late.status())->metadata().at("status"), "STATUS_CANCELED");
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
  EXPECT_EQ(story_.Payments().at(id).status(), Payment::STATUS_CANCELED);
}

TEST_F(FoodStoryTest, ACancelThatComesTooLateIsRefusedAndTheFlagCleared) {
  const std::string id = Cooking();
  ASSERT_TRUE(story_.FinishCooking(TicketOf(id)).ok());
  ASSERT_TRUE(story_.Cancel(kKim, id).ok()) << "the order has not heard of it";
  Deliver();
  EXPECT_FALSE(story_.Orders().at(id).cancel_requested());
  EXPECT_EQ(StatusOf(id), Status::STATUS_DELIVERING);
}

TEST_F(FoodStoryTest, ARejectedOrderIsRefunded) {
  const std::string id = Placed();
  ASSERT_TRUE(story_.Reject(TicketOf(id)).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
  EXPECT_EQ(ReasonOf(story_.Cancel(kKim, id).status()), "NOT_CANCELABLE");
}

TEST_F(FoodStoryTest, AnOrderThatNobodyAcceptsIsRejectedAndRefundedByItself) {
  const std::string id = Placed();
  story_.Pass(kAcceptLimit);
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
  EXPECT_EQ(rpc::ErrorInfoOf(story_.Accept(TicketOf(id)).status())->metadata().at("status"),
            "STATUS_REJECTED");
}

TEST_F(FoodStoryTest, WhileTheStoreIsDownOrdersAndCancelsWaitForIt) {
  story_.queues().SetDown(story_.store(), true);
  const std::string kept = Placed();
  const std::string canceled = Placed();
  ASSERT_TRUE(story_.Cancel(kKim, canceled)->cancel_requested());
  Deliver();
  EXPECT_EQ(StatusOf(canceled), Status::STATUS_PAID);
  EXPECT_TRUE(story_.Tickets().empty());
  story_.queues().SetDown(story_.store(), false);
  Deliver();
  EXPECT_EQ(story_.Tickets().at(kept).status(), Ticket::STATUS_PLACED);
  EXPECT_EQ(StatusOf(canceled), Status::STATUS_REFUNDED);
}

TEST_F(FoodStoryTest, DeliveryAndDashboardCatchUpExactly) {
  story_.queues().SetDown(story_.delivery(), true);
  story_.queues().SetDown(story_.dashboard(), true);
  const std::string id = Cooking();
  ASSERT_TRUE(story_.FinishCooking(TicketOf(id)).ok());
  const std::string rejected = Placed();
  ASSERT_TRUE(story_.Reject(TicketOf(rejected)).ok());
  Deliver();
  EXPECT_EQ(StatusOf(id), Status::STATUS_COOKED);
  EXPECT_TRUE(story_.Views().empty());
  story_.Settle();
  EXPECT_EQ(story_.Views().size(), 2);
  EXPECT_EQ(StatusOf(id), Status::STATUS_DELIVERING);
}

class FoodRandomStoryTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(FoodRandomStoryTest, EverybodyAgreesInTheEnd) {
  Story story(GetParam());
  for (int i = 0; i < 1500; ++i) story.Step();
  story.Settle();
  story.Check();
  EXPECT_GT(story.Views().size(), 5u) << "too little happened to mean anything";
}

INSTANTIATE_TEST_SUITE_P(Seeds, FoodRandomStoryTest, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace maru::food
