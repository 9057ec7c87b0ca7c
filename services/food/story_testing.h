// For tests: food in one process, without transport and broker: five contexts, people who do
// things, events that travel in any order, and what everybody must agree on in the end.
#ifndef MARU_SERVICES_FOOD_STORY_TESTING_H_
#define MARU_SERVICES_FOOD_STORY_TESTING_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/proto_testing.h"
#include "services/food/dashboard/service.h"
#include "services/food/delivery/service.h"
#include "services/food/order/saga.h"
#include "services/food/order/service.h"
#include "services/food/store/service.h"
#include "services/food/store/tickets.h"
#include "services/payment/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"
#include "services/testing/test_system.h"

namespace maru::food {

// Prices above this are refused.
inline constexpr int64_t kLimit = 1'000'000;
inline constexpr absl::Duration kAcceptLimit = absl::Minutes(10);
// Owns the only store.
inline constexpr char kPark[] = "owner:park@김밥천국";

class Story final : public maru::testing::TestSystem {
 public:
  explicit Story(uint32_t seed);
  std::vector<Deployment> Deployments() override;
  std::vector<Peering> Peerings() override;

  // --- What people do ---
  absl::StatusOr<order::v1::Order> Place(std::string_view who, int64_t price = 18000,
                                         const std::string& request_id = "");
  absl::StatusOr<order::v1::Order> Cancel(std::string_view who, const std::string& id);
  // By the owner of the store; the id is a ticket's.
  absl::StatusOr<store::v1::StoreOrder> Accept(const std::string& id);
  absl::StatusOr<store::v1::StoreOrder> Reject(const std::string& id);
  absl::StatusOr<store::v1::StoreOrder> StartCooking(const std::string& id);
  absl::StatusOr<store::v1::StoreOrder> FinishCooking(const std::string& id);
  absl::StatusOr<delivery::v1::Delivery> PickUp(std::string_view who, const std::string& id);
  absl::StatusOr<delivery::v1::Delivery> Complete(std::string_view who, const std::string& id);
  // Its customer watches the order for a moment, from where he was, and notes what he is told.
  void Look(const std::string& id);

  // --- What happens to them ---
  // Somebody does something, payment comes and goes, time passes, or an event arrives.
  void Step();
  maru::testing::DirectCaller& to_payment() { return to_payment_; }
  maru::testing::TestContext& order() { return order_context_; }
  maru::testing::TestContext& payment() { return payment_context_; }
  maru::testing::TestContext& store() { return store_context_; }
  maru::testing::TestContext& delivery() { return delivery_context_; }
  maru::testing::TestContext& dashboard() { return dashboard_context_; }
  void Settle() override;

  // --- What there is, as admin sees it; by order ---
  std::map<std::string, order::v1::Order> Orders();
  std::map<std::string, payment::v1::Payment> Payments();
  std::map<std::string, store::v1::StoreOrder> Tickets();
  std::map<std::string, delivery::v1::Delivery> Deliveries();
  std::map<std::string, dashboard::v1::OrderView> Views();

  // Compares all of it, once settled; also the ledger and what watchers were told. What is wrong
  // fails the test.
  void Check() override;

 private:
  // Somebody who watches an order, over many connections.
  struct Watcher {
    std::string position;
    std::vector<dashboard::v1::OrderView::Status> told;
  };

  template <class Service, class Request, class Reply>
  absl::StatusOr<Reply> Do(Service& service,
                           async::Task<absl::StatusOr<Reply>> (Service::*method)(
                               const rpc::CallContext&, const Request&),
                           std::string_view who, const std::string& id);

  void Act();
  void Weather();
  void CheckOrder(const order::v1::Order& row);

  maru::store::SeededRandom runtime_random_;
  maru::testing::TestContext order_context_{executor(), "food", "order"};
  maru::testing::TestContext payment_context_{executor(), "food", "payment"};
  maru::testing::TestContext store_context_{executor(), "food", "store"};
  maru::testing::TestContext delivery_context_{executor(), "food", "delivery"};
  maru::testing::TestContext dashboard_context_{executor(), "food", "dashboard"};
  events::View view_;
  payment::BuiltInProvider provider_{Proto<config::v1::ProviderConfig>("limit: 1000000"),
                                     executor(), runtime_random_};
  payment::PaymentService payments_{payment_context_.store(), provider_};
  maru::testing::DirectCaller to_payment_{payments_};
  order::OrderService orders_{order_context_.store(),
                              order_context_.sagas().Add(order::PlaceOrder(to_payment_))};
  const store::Tickets store_tickets_{store_context_.timers(), kAcceptLimit};
  store::StoreService stores_{store_context_.store(), store_tickets_};
  delivery::DeliveryService deliveries_{delivery_context_.store()};
  dashboard::DashboardService views_{executor(), dashboard_context_.store()};
  std::map<std::string, Watcher> watchers_;
};

}  // namespace maru::food

#endif  // MARU_SERVICES_FOOD_STORY_TESTING_H_
