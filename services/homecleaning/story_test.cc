// Goal: homecleaning holds together: no payment, no reservation; a refund exactly once; cancel and
// clean decided by the reservation; pages, pay methods and messages agree with both in the end.
// Method: six contexts in one process (story.h), first along the story's failures, then with random
// people, weather and order of events. A failing seed replays exactly.
#include "services/homecleaning/story_testing.h"

#include <string>

#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::homecleaning {
namespace {

using dashboard::v1::ReservationView;
using payment::v1::Payment;
using Status = reservation::v1::CleaningReservation;
using rpc::ReasonOf;

constexpr char kKim[] = "customer:kim";
constexpr char kSora[] = "cleaner:sora";
constexpr int kReservation = 0;
constexpr int kPaymethod = 1;

class HomecleaningStoryTest : public ::testing::Test {
 protected:
  ~HomecleaningStoryTest() override {
    story_.Settle();
    story_.Check();
  }
  Status::Status StatusOf(const std::string& id) { return story_.Reservations().at(id).status(); }
  // Reserved, and known everywhere.
  std::string Reserved() {
    const auto row = story_.Reserve(kKim);
    MARU_CHECK(row.ok());
    story_.queues().DeliverAll();
    return row->id();
  }
  std::string CleaningOf(const std::string& id) {
    return story_.CleaningsByReservation().at(id).id();
  }

  Story story_{1};
};

TEST_F(HomecleaningStoryTest, ReservedPaidCleanedAndTold) {
  const std::string id = Reserved();
  ASSERT_TRUE(story_.Register(kKim, id, "1234-5678").ok());
  ASSERT_TRUE(story_.Start(kSora, CleaningOf(id)).ok());
  ASSERT_TRUE(story_.Finish(kSora, CleaningOf(id)).ok());
  story_.queues().DeliverAll();
  EXPECT_EQ(StatusOf(id), Status::STATUS_CLEANED);
  EXPECT_EQ(story_.Views().at(id).masked_number(), "****-5678");
  // PaymentApproved, PaymethodRegistered, CleaningConfirmed
  EXPECT_EQ(story_.messages(), 3);
  EXPECT_EQ(ReasonOf(story_.Cancel(kKim, id).status()), "NOT_CANCELABLE");
}

TEST_F(HomecleaningStoryTest, PaymentRefusedLeavesNothingToSee) {
  EXPECT_EQ(ReasonOf(story_.Reserve(kKim, kLimit + 1).status()), "PAYMENT_REFUSED");
  story_.queues().DeliverAll();
  EXPECT_TRUE(story_.Views().empty());
  EXPECT_EQ(story_.messages(), 0);
}

TEST_F(HomecleaningStoryTest, PaymentDownRefusesNewOnesWhileCancelAndChangeGoOn) {
  const std::string id = Reserved();
  const auto paymethod = story_.Register(kKim, id, "1234-5678");
  ASSERT_TRUE(paymethod.ok());
  story_.queues().DeliverAll();
  story_.to_payment(kReservation).SetDown(true);
  story_.to_payment(kPaymethod).SetDown(true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Reserve(kKim).status()));
  EXPECT_TRUE(absl::IsUnavailable(story_.Register(kKim, "another", "1234-5678").status()));
  EXPECT_TRUE(story_.Change(kKim, paymethod->id(), payment::v1::PAY_KIND_CREDIT, "8765-4321").ok());
  EXPECT_EQ(story_.Cancel(kKim, id)->status(), Status::STATUS_CANCELED);
  story_.Settle();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED) << "the refund ran once payment was back";
}

TEST_F(HomecleaningStoryTest, ALostAnswerIsUndoneOrContinuedNeverHalf) {
  constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-0000000000aa";
  story_.to_payment(kReservation).LoseAnswers(true);
  EXPECT_TRUE(absl::IsUnavailable(story_.Reserve(kKim, 20000, kRequestId).status()));
  EXPECT_TRUE(absl::IsUnavailable(story_.Reserve(kKim).status()));
  story_.queues().DeliverAll();
  EXPECT_TRUE(story_.Views().empty()) << "PENDING is never shown";
  story_.to_payment(kReservation).LoseAnswers(false);
  const auto continued = story_.Reserve(kKim, 20000, kRequestId);
  ASSERT_TRUE(continued.ok()) << continued.status();
  story_.Settle();
  const auto rows = story_.Reservations();
  ASSERT_EQ(rows.size(), 2);
  for (const auto& [id, row] : rows) {
    EXPECT_EQ(row.status(), id == continued->id() ? Status::STATUS_PAID : Status::STATUS_REJECTED);
  }
}

TEST_F(HomecleaningStoryTest, ACancelThatWasCommittedFirstStandsAgainstAFinishedCleaning) {
  const std::string id = Reserved();
  const std::string cleaning = CleaningOf(id);
  ASSERT_TRUE(story_.Start(kSora, cleaning).ok());
  ASSERT_TRUE(story_.Cancel(kKim, id).ok());
  ASSERT_TRUE(story_.Finish(kSora, cleaning).ok()) << "it had not heard of the cancel";
  story_.queues().DeliverAll();
  EXPECT_EQ(StatusOf(id), Status::STATUS_REFUNDED);
  EXPECT_EQ(story_.Views().at(id).status(), ReservationView::STATUS_REFUNDED);
  EXPECT_EQ(story_.PaymentsByReference().at(id).status(), Payment::STATUS_CANCELED);
}

TEST_F(HomecleaningStoryTest, ARefusedChangeOfPayMethodGoesBackEverywhere) {
  const std::string id = Reserved();
  const auto paymethod = story_.Register(kKim, id, "1234-5678");
  ASSERT_TRUE(paymethod.ok());
  ASSERT_TRUE(
      story_.Change(kKim, paymethod->id(), payment::v1::PAY_KIND_CREDIT, kRefusedNumber).ok());
  story_.queues().DeliverAll();
  EXPECT_EQ(story_.PaymethodsByReservation().at(id).number(), "****-5678");
  EXPECT_EQ(story_.Views().at(id).masked_number(), "****-5678");
  EXPECT_EQ(story_.Reservations().at(id).pay_kind(), payment::v1::PAY_KIND_BANK);
}

TEST_F(HomecleaningStoryTest, MessageAndDashboardCatchUpExactly) {
  story_.queues().SetDown(story_.message(), true);
  story_.queues().SetDown(story_.dashboard(), true);
  const std::string cleaned = Reserved();
  const std::string canceled = Reserved();
  ASSERT_TRUE(story_.Start(kSora, CleaningOf(cleaned)).ok());
  ASSERT_TRUE(story_.Finish(kSora, CleaningOf(cleaned)).ok());
  ASSERT_TRUE(story_.Cancel(kKim, canceled).ok());
  story_.queues().DeliverAll();
  EXPECT_EQ(StatusOf(canceled), Status::STATUS_REFUNDED);
  EXPECT_TRUE(story_.Views().empty());
  EXPECT_EQ(story_.messages(), 0);

  story_.queues().SetDown(story_.message(), false);
  story_.queues().SetDown(story_.dashboard(), false);
  story_.queues().DeliverAll();
  EXPECT_EQ(story_.Views().size(), 2);
  // PaymentApproved twice, CleaningConfirmed, PaymentCanceled
  EXPECT_EQ(story_.messages(), 4);
}

class HomecleaningRandomStoryTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(HomecleaningRandomStoryTest, EverybodyAgreesInTheEnd) {
  Story story(GetParam());
  for (int i = 0; i < 1000; ++i) story.Step();
  story.Settle();
  story.Check();
  EXPECT_GT(story.Views().size(), 3u) << "too little happened to mean anything";
}

INSTANTIATE_TEST_SUITE_P(Seeds, HomecleaningRandomStoryTest, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace maru::homecleaning
