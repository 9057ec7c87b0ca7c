// Goal: streams go through the same steps as unary calls.
#include "common/rpc/dispatcher_testing.h"

namespace maru::rpc {
namespace {

TEST_F(DispatcherTest, AServerStreamIsServed) {
  const Call& call = Begin(kWatch, Get("r7"), "customer:kim");
  ASSERT_TRUE(call.status.has_value());
  EXPECT_TRUE(call.status->ok()) << *call.status;
  ASSERT_EQ(call.stream.written.size(), 1u);
  Review review;
  EXPECT_TRUE(review.ParseFromString(call.stream.written[0]));
  EXPECT_EQ(review.id(), "r7");
  EXPECT_EQ(service_.seen->deadline, Instant::InfiniteFuture());
}

TEST_F(DispatcherTest, ABidiStreamIsServed) {
  const Call& call = Begin(kTalk, Get("r8"), "service:food-order");
  EXPECT_TRUE(call.status->ok()) << *call.status;
  EXPECT_EQ(call.stream.written.size(), 1u);
}

TEST_F(DispatcherTest, StreamsAreRefusedLikeUnaryCalls) {
  ExpectRefused(*Begin(kWatch, Get(), "").status, absl::StatusCode::kUnauthenticated,
                "UNAUTHENTICATED");
  ExpectRefused(*Begin(kWatch, Get(), "host:han").status, absl::StatusCode::kPermissionDenied,
                "ROLE_REQUIRED");
  ExpectRefused(*Begin(kTalk, Get(), "customer:kim").status, absl::StatusCode::kPermissionDenied,
                "ROLE_REQUIRED");
  ExpectRefused(*BeginRaw(kWatch.full_name, "\xff", "customer:kim").status,
                absl::StatusCode::kInvalidArgument, "MALFORMED");
  const Call& invalid = Begin(kWatch, Get(""), "customer:kim");
  ExpectRefused(*invalid.status, absl::StatusCode::kInvalidArgument, "INVALID_FIELD");
  EXPECT_TRUE(invalid.stream.trailing.Find("maru-trace-id").has_value());
  EXPECT_EQ(service_.called, 0);
}

TEST_F(DispatcherTest, StreamsAreLimitedOnTheirOwn) {
  options_.max_streams = 1;
  service_.executor = &executor_;
  Begin(kWatch, Get(), "customer:kim");
  ExpectRefused(*Begin(kWatch, Get(), "customer:kim").status, absl::StatusCode::kResourceExhausted,
                "OVERLOADED");
  service_.executor = nullptr;
  EXPECT_TRUE(Finish(kGet, Get(), "customer:kim").status.ok());
}

TEST_F(DispatcherTest, AStreamEndsWithItsToken) {
  service_.executor = &executor_;
  authenticator_.ttl = absl::Minutes(5);
  const Call& call = Begin(kWatch, Get(), "customer:kim");
  executor_.Advance(absl::Minutes(5) - absl::Seconds(1));
  EXPECT_FALSE(call.status.has_value());
  executor_.Advance(absl::Seconds(2));
  ASSERT_TRUE(call.status.has_value());
  ExpectRefused(*call.status, absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED");
  EXPECT_EQ(ErrorInfoOf(*call.status)->metadata().at("cause"), "expired");
}

TEST_F(DispatcherTest, AStreamEndsAtItsDeadline) {
  service_.executor = &executor_;
  const Call& call = Begin(kShort, Get(), "customer:kim");
  executor_.Advance(absl::Minutes(1));
  ASSERT_TRUE(call.status.has_value());
  EXPECT_EQ(call.status->code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(DispatcherTest, OnlyStreamsThatWouldNeverEndAreEndedWhenTheServerStops) {
  service_.executor = &executor_;
  const Call& watch = Begin(kWatch, Get(), "customer:kim");
  const Call& bounded = Begin(kShort, Get(), "customer:kim");
  dispatcher().EndWatches();
  executor_.RunUntilIdle();
  ASSERT_TRUE(watch.status.has_value());
  ExpectRefused(*watch.status, absl::StatusCode::kUnavailable, "NOT_SERVING");
  EXPECT_FALSE(bounded.status.has_value());
  ExpectRefused(*Begin(kWatch, Get(), "customer:kim").status, absl::StatusCode::kUnavailable,
                "NOT_SERVING");
}

TEST_F(DispatcherTest, AStreamThatEndsByItselfKeepsItsStatus) {
  service_.result = [](const CallContext&, const Review&) -> absl::StatusOr<Review> {
    return options::v1::errors::ViewBehind();
  };
  ExpectRefused(*Begin(kWatch, Get(), "customer:kim").status, absl::StatusCode::kUnavailable,
                "VIEW_BEHIND");
}

TEST_F(DispatcherTest, NamesTheServicesInOrder) {
  EXPECT_THAT(dispatcher().service_names(), ElementsAre("test.v1.Test"));
}

}  // namespace
}  // namespace maru::rpc
