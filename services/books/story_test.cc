// Goal: however events travel between the contexts and whatever is down, stock, reservations,
// deliveries and pages agree in the end, and nobody gets a copy that is not there. Method: the six
// contexts in one process (story_testing.h); each (topic, listener, key) is a queue of its own that
// is delivered at random moments. A failing seed replays exactly.
#include "services/books/story_testing.h"

#include <string>

#include "gtest/gtest.h"

namespace maru::books {
namespace {

using ::maru::testing::TestContext;
using Library = library::v1::Library;
using Reservation = reservation::v1::Reservation;

TEST(BooksStoryTest, EveryoneAgreesInTheEndWhateverIsDownInBetween) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Story story(seed);
    for (int i = 0; i < 400; ++i) story.Step();
    story.Settle();
    story.Check();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(BooksStoryTest, TwoHundredWantFiveCopies) {
  Story story(1);
  ASSERT_TRUE(story.Warehouse("토지", 5, "1.0").ok());
  for (int i = 0; i < 200; ++i) story.Reserve("c" + std::to_string(i), "토지");
  story.DeliverAll();
  EXPECT_EQ(story.Reservations(Reservation::STATUS_DELIVERED).size(), 5);
  EXPECT_EQ(story.Reservations(Reservation::STATUS_CANCELED).size(), 195);
  EXPECT_EQ(story.Books().at(0).stock(), 0);
  story.Check();
}

TEST(BooksStoryTest, BookDown_RenewReserveListAndAllowPendingWorkAndApplyOnce) {
  Story story(2);
  ASSERT_TRUE(story.Warehouse("토지", 1, "1.0").ok());
  story.DeliverAll();
  story.SetBookDown(true);
  EXPECT_TRUE(absl::IsUnavailable(story.Warehouse("토지", 7, "1.0").status()));
  const auto pending = story.Warehouse("토지", 2, "1.0", true);
  ASSERT_TRUE(pending.ok());
  EXPECT_EQ(pending->status(), Library::STATUS_PENDING);
  ASSERT_TRUE(story.Renew("토지", "2.0").ok());
  ASSERT_TRUE(story.Renew("새 책", "1.0").ok());
  const std::string reserved = story.Reserve("kim", "토지");
  story.DeliverAll();
  EXPECT_EQ(story.BookViews().at(0).stock(), 1) << "the list works";
  EXPECT_EQ(story.ReservationOf(reserved).status(), Reservation::STATUS_RESERVED);
  story.Settle();
  EXPECT_EQ(story.ReservationOf(reserved).status(), Reservation::STATUS_DELIVERED);
  for (const auto& book : story.Books()) {
    EXPECT_EQ(book.version(), book.id() == "토지" ? "2.0" : "1.0");
  }
  story.Check();
}

TEST(BooksStoryTest, AdminMypageAndDeliveryCatchUp) {
  Story story(3);
  for (const TestContext* context : {&story.admin(), &story.mypage(), &story.delivery()}) {
    story.SetDown(*context, true);
  }
  ASSERT_TRUE(story.Warehouse("토지", 1, "1.0").ok());
  const std::string first = story.Reserve("kim", "토지");
  const std::string second = story.Reserve("lee", "토지");
  story.Cancel(story.ReservationOf(second));
  story.DeliverAll();
  EXPECT_TRUE(story.BookViews().empty());
  EXPECT_TRUE(story.Entries().empty());
  EXPECT_EQ(story.ReservationOf(first).status(), Reservation::STATUS_RESERVED);
  story.Settle();
  EXPECT_EQ(story.BookViews().size(), 1);
  EXPECT_EQ(story.Entries().size(), 2);
  story.Check();
}

}  // namespace
}  // namespace maru::books
