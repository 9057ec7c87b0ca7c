// For tests: fashion in one process, without transport and broker: six contexts, people who do
// things, events that travel in any order, and what everybody must agree on in the end.
#ifndef MARU_SERVICES_FASHION_STORY_TESTING_H_
#define MARU_SERVICES_FASHION_STORY_TESTING_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/proto_testing.h"
#include "maru/fashion/product/store/v1/product.pb.h"
#include "services/fashion/delivery/service.h"
#include "services/fashion/order/saga.h"
#include "services/fashion/order/service.h"
#include "services/fashion/orderview/service.h"
#include "services/fashion/product/service.h"
#include "services/fashion/store/service.h"
#include "services/payment/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"
#include "services/testing/test_system.h"

namespace maru::fashion {

// Of the only product, at first; a piece costs 9,000.
inline constexpr int64_t kStock = 150;
// That many pieces cost more than payment takes.
inline constexpr int kTooMany = 112;

class Story final : public maru::testing::TestSystem {
 public:
  explicit Story(uint32_t seed);
  std::vector<Deployment> Deployments() override;
  std::vector<Peering> Peerings() override;

  // --- What people do ---
  absl::StatusOr<order::v1::Order> Place(std::string_view who, int quantity = 2,
                                         const std::string& request_id = "");
  // So many customers order one piece each at the same time; how many of them got it. Every other
  // one was told OUT_OF_STOCK, or the test fails.
  int PlaceAtOnce(int customers);
  absl::StatusOr<order::v1::Order> Cancel(std::string_view who, const std::string& id);
  // By the owner of the store; an id is a store order's.
  absl::StatusOr<product::v1::Product> AddStock(int64_t quantity);
  absl::StatusOr<store::v1::Store> SetAutoAccept(bool on);
  absl::StatusOr<store::v1::StoreOrder> Accept(const std::string& id);
  absl::StatusOr<store::v1::StoreOrder> ConfirmCancel(const std::string& id);
  absl::StatusOr<delivery::v1::Delivery> Complete(std::string_view who, const std::string& id);
  // Somebody looks where all orders stand: none may have gone back since the last time.
  void Look();

  // --- What happens to them ---
  // Somebody does something, product and payment come and go, time passes, or an event arrives.
  // Pieces are conserved, or the test fails.
  void Step();
  maru::testing::DirectCaller& to_product() { return to_product_; }
  maru::testing::DirectCaller& to_payment() { return to_payment_; }
  maru::testing::TestContext& product() { return product_context_; }
  maru::testing::TestContext& payment() { return payment_context_; }
  maru::testing::TestContext& store() { return store_context_; }
  maru::testing::TestContext& delivery() { return delivery_context_; }
  maru::testing::TestContext& orderview() { return orderview_context_; }
  void Settle() override;

  // --- What there is, as admin sees it; by order ---
  product::v1::Product Product();
  std::map<std::string, order::v1::Order> Orders();
  std::map<std::string, payment::v1::Payment> Payments();
  std::map<std::string, store::v1::StoreOrder> StoreOrders();
  std::map<std::string, delivery::v1::Delivery> Deliveries();
  std::map<std::string, orderview::v1::OrderStatus> Views();

  // Compares all of it, once settled; also the stock, the ledger and how often what ends an order
  // was told. What is wrong fails the test.
  void Check() override;

 private:
  template <class Service, class Request, class Reply>
  absl::StatusOr<Reply> Do(Service& service,
                           async::Task<absl::StatusOr<Reply>> (Service::*method)(
                               const rpc::CallContext&, const Request&),
                           std::string_view who, const Request& request);
  // All of a list in one page.
  template <class Service, class Request, class Reply>
  Reply List(Service& service,
             async::Task<absl::StatusOr<Reply>> (Service::*method)(const rpc::CallContext&,
                                                                   const Request&),
             Request request = {});

  void Act();
  void Weather();
  void CheckOrder(const order::v1::Order& row);
  // By id, removed ones too.
  std::map<std::string, product::store::v1::Product> Products();
  // Adds up what was added since the last time.
  void NoteStock();
  void CheckPieces();

  maru::store::SeededRandom runtime_random_;
  maru::testing::TestContext product_context_{executor(), "fashion", "product"};
  maru::testing::TestContext order_context_{executor(), "fashion", "order"};
  maru::testing::TestContext payment_context_{executor(), "fashion", "payment"};
  maru::testing::TestContext store_context_{executor(), "fashion", "store"};
  maru::testing::TestContext delivery_context_{executor(), "fashion", "delivery"};
  maru::testing::TestContext orderview_context_{executor(), "fashion", "orderview"};
  events::View view_;
  product::ProductService products_{product_context_.store()};
  maru::testing::DirectCaller to_product_{products_};
  payment::BuiltInProvider provider_{Proto<config::v1::ProviderConfig>("limit: 1000000"),
                                     executor(), runtime_random_};
  payment::PaymentService payments_{payment_context_.store(), provider_};
  maru::testing::DirectCaller to_payment_{payments_};
  order::OrderService orders_{order_context_.store(), order_context_.sagas().Add(order::PlaceOrder(
                                                          to_product_, to_payment_))};
  store::StoreService stores_{store_context_.store()};
  delivery::DeliveryService deliveries_{delivery_context_.store()};
  orderview::OrderviewService views_{orderview_context_.store()};
  std::string product_id_;
  // By product: what its owner added, all in all.
  std::map<std::string, int64_t> added_;
  // How often each event was told, by type and key.
  std::map<std::pair<std::string, std::string>, int> told_;
  // What Look saw last.
  std::map<std::string, orderview::v1::OrderStatus> seen_;
};

template <class Service, class Request, class Reply>
absl::StatusOr<Reply> Story::Do(
    Service& service,
    async::Task<absl::StatusOr<Reply>> (Service::*method)(const rpc::CallContext&, const Request&),
    std::string_view who, const Request& request) {
  const rpc::CallContext call = Call(who);
  return Run((service.*method)(call, request));
}

}  // namespace maru::fashion

#endif  // MARU_SERVICES_FASHION_STORY_TESTING_H_
