// Goal: a watcher is told every status that the dashboard showed, once and in order, whatever
// breaks in between; it costs nothing while nothing happens, and a slow one is let go. Method:
// WatchOrder over a store in memory under virtual time, with a stream that the test reads, stops
// and breaks.
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "maru/food/delivery/v1/events.maru.h"
#include "maru/food/order/v1/events.maru.h"
#include "maru/food/store/v1/events.maru.h"
#include "maru/payment/v1/events.maru.h"
#include "services/food/dashboard/service.h"
#include "services/food/dashboard/view.h"
#include "services/testing/test_context.h"

namespace maru::food::dashboard {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;
using ::testing::ElementsAre;
using View = v1::OrderView;

// What a client gets of a stream; while it is stopped, a write does not complete.
class Client final : public rpc::ServerStream {
 public:
  explicit Client(async::Executor& executor) : readable_(executor) {}

  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    co_return std::optional<std::string>();
  }
  async::Task<absl::Status> Write(std::string message) override {
    while (stopped_) co_await readable_.Wait();
    v1::WatchOrderResponse& response = told.emplace_back();
    MARU_CHECK(response.ParseFromString(message));
    co_return absl::OkStatus();
  }
  void AddTrailing(std::string_view, std::string) override {}

  void Stop(bool stopped) {
    stopped_ = stopped;
    readable_.NotifyAll();
  }

  std::vector<v1::WatchOrderResponse> told;

 private:
  bool stopped_ = false;
  async::Signal readable_;
};

// One WatchOrder from its call to its end.
struct Watch {
  Watch(async::ManualExecutor& executor, DashboardService& service, std::string_view who,
        const std::string& order, const std::string& after = "")
      : call(CallBy(who)), client(executor) {
    request.set_order_id(order);
    request.set_after(after);
    scope.Spawn([](Watch& watch, DashboardService& served) -> async::Task<void> {
      rpc::StreamWriter<v1::WatchOrderResponse> writer(watch.client);
      watch.end = co_await served.WatchOrder(watch.call, watch.request, writer);
    }(*this, service));
    executor.RunUntilIdle();
  }

  std::vector<View::Status> told() const {
    std::vector<View::Status> statuses;
    for (const v1::WatchOrderResponse& response : client.told) {
      statuses.push_back(response.status());
    }
    return statuses;
  }
  std::string position() const { return client.told.back().resume_position(); }

  const rpc::CallContext call;
  v1::WatchOrderRequest request;
  Client client;
  std::optional<absl::Status> end;
  async::Scope scope;
};

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() {
    AddView(view_);
    context_.Route(events::Routes::Of("food", view_, 1));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& order, const std::string& more = "") {
    const std::string field = context == "payment" ? "reference_id" : "order_id";
    const E event = Proto<E>(field + ": '" + order + "' " + more);
    ASSERT_TRUE(context_.Hear(Enveloped("food." + context, "e1", event)).ok());
    executor_.Advance(DashboardService::kLookInterval);
  }
  void HearPlaced(const std::string& order) {
    Hear<order::v1::OrderPlaced>("order", order, "customer_id: 'kim' store_id: 's1'");
  }

  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "food", "dashboard"};
  events::View view_;
  DashboardService service_{executor_, context_.store()};
};

TEST_F(WatchTest, TellsEachStatusOnceAndEndsBehindTheLast) {
  HearPlaced("o1");
  Watch watch(executor_, service_, "customer:kim", "o1");
  EXPECT_THAT(watch.told(), ElementsAre(View::STATUS_PAID));
  Hear<food::store::v1::StoreAccepted>("store", "o1");
  Hear<food::store::v1::StoreAccepted>("store", "o1");
  Hear<food::store::v1::CookStarted>("store", "o1");
  HearPlaced("another");
  EXPECT_THAT(watch.told(),
              ElementsAre(View::STATUS_PAID, View::STATUS_ACCEPTED, View::STATUS_COOKING));
  Hear<food::store::v1::CookFinished>("store", "o1");
  Hear<delivery::v1::DeliveryStarted>("delivery", "o1");
  Hear<delivery::v1::DeliveryPickedUp>("delivery", "o1", "rider_id: 'jun'");
  EXPECT_FALSE(watch.end.has_value());
  Hear<delivery::v1::DeliveryCompleted>("delivery", "o1", "rider_id: 'jun'");
  ASSERT_TRUE(watch.end.has_value());
  EXPECT_TRUE(watch.end->ok()) << *watch.end;
  EXPECT_EQ(watch.told().size(), 7);
  EXPECT_EQ(watch.client.told.back().order_view().status(), View::STATUS_DELIVERED);
  EXPECT_TRUE(watch.client.told.back().has_change_time());
}

TEST_F(WatchTest, GoesOnBehindAPositionWhateverBrokeInBetween) {
  HearPlaced("o1");
  std::string position;
  {
    Watch first(executor_, service_, "customer:kim", "o1");
    Hear<food::store::v1::StoreAccepted>("store", "o1");
    EXPECT_EQ(first.told().size(), 2);
    position = first.position();
  }  // the connection breaks
  Hear<food::store::v1::CookStarted>("store", "o1");
  Hear<food::store::v1::CookFinished>("store", "o1");
  // The dashboard starts again over what it has on disk.
  DashboardService restarted(executor_, context_.store());
  Watch second(executor_, restarted, "customer:kim", "o1", position);
  EXPECT_THAT(second.told(), ElementsAre(View::STATUS_COOKING, View::STATUS_COOKED));
  Hear<delivery::v1::DeliveryStarted>("delivery", "o1");
  EXPECT_EQ(second.told().back(), View::STATUS_DELIVERING);
  Watch behind_all(executor_, restarted, "customer:kim", "o1", second.position());
  EXPECT_TRUE(behind_all.told().empty());
}

TEST_F(WatchTest, AStatusThatWasOvertakenBetweenTopicsIsSkippedAndItsTimeFilledIn) {
  HearPlaced("o1");
  Watch watch(executor_, service_, "customer:kim", "o1");
  Hear<delivery::v1::DeliveryStarted>("delivery", "o1");
  Hear<food::store::v1::StoreAccepted>("store", "o1");
  Hear<food::store::v1::CookStarted>("store", "o1");
  Hear<food::store::v1::CookFinished>("store", "o1");
  Hear<delivery::v1::DeliveryPickedUp>("delivery", "o1", "rider_id: 'jun'");
  EXPECT_THAT(watch.told(),
              ElementsAre(View::STATUS_PAID, View::STATUS_DELIVERING, View::STATUS_PICKED_UP));
  EXPECT_TRUE(watch.client.told.back().order_view().has_cook_finish_time());
}

TEST_F(WatchTest, ACanceledOrderEndsWithItsRefund) {
  HearPlaced("o1");
  Watch watch(executor_, service_, "customer:kim", "o1");
  Hear<order::v1::OrderCanceled>("order", "o1");
  EXPECT_FALSE(watch.end.has_value());
  Hear<payment::v1::PaymentCanceled>("payment", "o1");
  EXPECT_THAT(watch.told(),
              ElementsAre(View::STATUS_PAID, View::STATUS_CANCELED, View::STATUS_REFUNDED));
  ASSERT_TRUE(watch.end.has_value());
  EXPECT_TRUE(watch.end->ok());
  // Who comes back behind the last is told nothing more.
  Watch again(executor_, service_, "customer:kim", "o1", watch.position());
  EXPECT_TRUE(again.told().empty());
  EXPECT_TRUE(again.end->ok());
}

TEST_F(WatchTest, OnlyWhomItConcernsWatches) {
  HearPlaced("o1");
  const auto refused = [&](std::string_view who, const std::string& order,
                           const std::string& after = "") {
    const Watch watch(executor_, service_, who, order, after);
    return watch.end.has_value() ? ReasonOf(*watch.end) : "watches";
  };
  EXPECT_EQ(refused("customer:kim", "o1"), "watches");
  EXPECT_EQ(refused("owner:park@s1", "o1"), "watches");
  EXPECT_EQ(refused("admin:root", "o1"), "watches");
  EXPECT_EQ(refused("customer:lee", "o1"), "NOT_FOUND");
  EXPECT_EQ(refused("owner:park@s2", "o1"), "NOT_FOUND");
  EXPECT_EQ(refused("rider:jun", "o1"), "NOT_FOUND");
  EXPECT_EQ(refused("customer:kim", "unknown"), "NOT_FOUND");
  EXPECT_EQ(refused("customer:kim", "o1", "%%%"), "INVALID_POSITION");
  Hear<delivery::v1::DeliveryPickedUp>("delivery", "o1", "rider_id: 'jun'");
  EXPECT_EQ(refused("rider:jun", "o1"), "watches");
}

TEST_F(WatchTest, ASlowWatcherHoldsNothingUpAndMissesNothing) {
  HearPlaced("o1");
  Watch slow(executor_, service_, "customer:kim", "o1");
  slow.client.Stop(true);
  Watch other(executor_, service_, "owner:park@s1", "o1");
  Hear<food::store::v1::StoreAccepted>("store", "o1");
  Hear<food::store::v1::CookStarted>("store", "o1");
  Hear<food::store::v1::CookFinished>("store", "o1");
  EXPECT_EQ(slow.told().size(), 1);
  EXPECT_EQ(other.told().size(), 4);
  slow.client.Stop(false);
  executor_.Advance(DashboardService::kLookInterval);
  EXPECT_EQ(slow.told(), other.told());
}

TEST_F(WatchTest, AWatcherThatTakesNothingIsToldAndLetGo) {
  HearPlaced("o1");
  Watch watch(executor_, service_, "customer:kim", "o1");
  watch.client.Stop(true);
  Hear<food::store::v1::StoreAccepted>("store", "o1");
  executor_.Advance(DashboardService::kWriteLimit);
  ASSERT_TRUE(watch.end.has_value());
  EXPECT_EQ(ReasonOf(*watch.end), "WATCHER_TOO_SLOW");
  EXPECT_TRUE(rpc::RetryDelayOf(*watch.end).has_value());
  Watch again(executor_, service_, "customer:kim", "o1", watch.position());
  EXPECT_THAT(again.told(), ElementsAre(View::STATUS_ACCEPTED));
}

}  // namespace
}  // namespace maru::food::dashboard
