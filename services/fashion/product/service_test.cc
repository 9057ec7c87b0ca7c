// Goal: stock is never oversold, pieces come back once, and what owners do is kept and told.
// Method: handlers and policies over a store in memory, without a transport.
#include "services/fashion/product/service.h"

#include <memory>
#include <string>
#include <vector>

#include "common/async/scope.h"
#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/fashion/delivery/v1/events.maru.h"
#include "maru/fashion/order/v1/events.maru.h"
#include "services/fashion/product/policies.h"
#include "services/testing/test_context.h"

namespace maru::fashion::product {
namespace {

using delivery::v1::DeliveryCanceled;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using order::v1::OrderPlaced;
using rpc::ReasonOf;

constexpr char kPark[] = "owner:park@s1";
constexpr char kKim[] = "customer:kim";
constexpr char kOrder[] = "service:fashion-order";

class ProductServiceTest : public ::testing::Test {
 protected:
  ProductServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("fashion", policies));
  }

  // Calls `method` of the service as `who`, with a request in text.
  template <class Request, class Reply>
  absl::StatusOr<Reply> Do(async::Task<absl::StatusOr<Reply>> (ProductService::*method)(
                               const rpc::CallContext&, const Request&),
                           std::string_view who, const std::string& text) {
    const auto request = Proto<Request>(text);
    const rpc::CallContext call = CallBy(who);
    return context_.Run((service_.*method)(call, request));
  }
  std::string Register(int64_t stock, const std::string& store = "s1") {
    const auto row = Do(
        &ProductService::RegisterProduct, "owner:park@" + store,
        "store_id: '" + store + "' name: '린넨 셔츠' price: 39000 stock: " + std::to_string(stock));
    MARU_CHECK(row.ok());
    return row->id();
  }
  absl::Status Reserve(const std::string& order, const std::string& id, int quantity = 1) {
    return Do(&ProductService::Reserve, kOrder,
              "order_id: '" + order + "' product_id: '" + id +
                  "' quantity: " + std::to_string(quantity))
        .status();
  }
  absl::Status Release(const std::string& order) {
    return Do(&ProductService::Release, kOrder, "order_id: '" + order + "'").status();
  }
  template <class E>
  absl::Status Hear(const std::string& context, const std::string& order) {
    E event;
    event.set_order_id(order);
    return context_.Hear(Enveloped("fashion." + context, "e1", event));
  }
  using Pieces = std::vector<int64_t>;
  Pieces PiecesOf(const std::string& id) {
    const auto row = Do(&ProductService::GetProduct, kKim, "id: '" + id + "'");
    MARU_CHECK(row.ok());
    return {row->stock(), row->reserved(), row->sold()};
  }
  size_t ListedFor(const std::string& text) {
    return Do(&ProductService::ListProducts, kKim, text)->products().size();
  }
  std::vector<std::string> Emitted() {
    std::vector<std::string> names;
    for (const event::v1::Event& event : context_.Emitted()) {
      names.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return names;
  }

  using Names = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "fashion", "product"};
  ProductService service_{context_.store()};
};

TEST_F(ProductServiceTest, OwnersListChangeAndRemoveTheirProducts) {
  const std::string id = Register(10);
  const std::string which =
      "product { id: '" + id + "' price: 42000 } update_mask { paths: 'price' }";
  EXPECT_EQ(Do(&ProductService::ModifyProduct, kPark, which)->price(), 42000);
  EXPECT_TRUE(Do(&ProductService::ModifyProduct, kPark, which).ok()) << "nothing changes";
  EXPECT_EQ(ReasonOf(Do(&ProductService::ModifyProduct, "owner:choi@s2", which).status()),
            "NOT_FOUND");
  EXPECT_EQ(Do(&ProductService::AddStock, kPark, "id: '" + id + "' quantity: 5")->stock(), 15);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(Do(&ProductService::RemoveProduct, kPark, "id: '" + id + "'").ok());
  }
  EXPECT_EQ(Emitted(),
            (Names{"ProductRegistered", "ProductModified", "StockAdded", "ProductRemoved"}));
  EXPECT_EQ(ReasonOf(Do(&ProductService::GetProduct, kKim, "id: '" + id + "'").status()),
            "NOT_FOUND");
}

TEST_F(ProductServiceTest, ListsShowWhatIsSold) {
  Register(1);
  Register(1, "s2");
  const std::string removed = Register(1);
  ASSERT_TRUE(Do(&ProductService::RemoveProduct, kPark, "id: '" + removed + "'").ok());
  EXPECT_EQ(ListedFor(""), 2);
  EXPECT_EQ(ListedFor("page_size: 1"), 1);
  EXPECT_EQ(ListedFor("store_id: 's1'"), 1);
}

TEST_F(ProductServiceTest, ReserveIsOncePerOrderAndSoIsARefusal) {
  const std::string id = Register(3);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Reserve("o1", id, 2).ok());
  EXPECT_EQ(PiecesOf(id), (Pieces{1, 2, 0}));
  EXPECT_EQ(ReasonOf(Reserve("o1", id, 1)), "ORDER_ID_REUSED");
  EXPECT_EQ(ReasonOf(Reserve("o2", id, 2)), "OUT_OF_STOCK");
  ASSERT_TRUE(Do(&ProductService::AddStock, kPark, "id: '" + id + "' quantity: 5").ok());
  EXPECT_EQ(ReasonOf(Reserve("o2", id, 2)), "OUT_OF_STOCK") << "refused for good";
  EXPECT_EQ(ReasonOf(Reserve("o3", "unknown")), "NO_SUCH_PRODUCT");
}

TEST_F(ProductServiceTest, ReleasePutsBackOnceAndFencesWhatIsUnknown) {
  const std::string id = Register(3);
  ASSERT_TRUE(Reserve("o1", id, 2).ok());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Release("o1").ok());
  EXPECT_EQ(PiecesOf(id), (Pieces{3, 0, 0}));
  EXPECT_EQ(ReasonOf(Reserve("o1", id, 2)), "RESERVATION_RELEASED");
  EXPECT_TRUE(Release("o2").ok());
  EXPECT_EQ(ReasonOf(Reserve("o2", id, 1)), "RESERVATION_RELEASED");
  EXPECT_EQ(PiecesOf(id), (Pieces{3, 0, 0}));
}

TEST_F(ProductServiceTest, PlacedIsSoldAndComesBackOnceWhenItsDeliveryIsCanceled) {
  const std::string id = Register(3);
  ASSERT_TRUE(Reserve("o1", id, 2).ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Hear<OrderPlaced>("order", "o1").ok());
  EXPECT_EQ(PiecesOf(id), (Pieces{1, 0, 2}));
  EXPECT_EQ(ReasonOf(Release("o1")), "ALREADY_SOLD");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Hear<DeliveryCanceled>("delivery", "o1").ok());
  EXPECT_EQ(PiecesOf(id), (Pieces{3, 0, 0}));
}

TEST_F(ProductServiceTest, ACancelThatIsHeardBeforeTheOrderPutsBackOnceToo) {
  const std::string id = Register(3);
  ASSERT_TRUE(Reserve("o1", id, 2).ok());
  ASSERT_TRUE(Hear<DeliveryCanceled>("delivery", "o1").ok());
  ASSERT_TRUE(Hear<OrderPlaced>("order", "o1").ok());
  EXPECT_EQ(PiecesOf(id), (Pieces{3, 0, 0}));
}

TEST_F(ProductServiceTest, OrdersOfARemovedProductGoOn) {
  const std::string id = Register(3);
  ASSERT_TRUE(Reserve("o1", id, 2).ok());
  ASSERT_TRUE(Do(&ProductService::RemoveProduct, kPark, "id: '" + id + "'").ok());
  EXPECT_EQ(ReasonOf(Reserve("o2", id)), "NO_SUCH_PRODUCT");
  EXPECT_TRUE(Hear<OrderPlaced>("order", "o1").ok());
  EXPECT_TRUE(Hear<DeliveryCanceled>("delivery", "o1").ok());
}

TEST_F(ProductServiceTest, AnOrderThatNeverReservedIsNoticed) {
  EXPECT_FALSE(Hear<OrderPlaced>("order", "o1").ok());
}

TEST_F(ProductServiceTest, TwoHundredBuyersAtOnceGetFiftyPieces) {
  const std::string id = Register(50);
  struct Buyer {
    rpc::CallContext call = CallBy(kOrder);
    v1::ReserveRequest request;
    absl::Status answer;
  };
  std::vector<std::unique_ptr<Buyer>> buyers;
  async::Scope scope;
  for (int i = 0; i < 200; ++i) {
    Buyer& buyer = *buyers.emplace_back(std::make_unique<Buyer>());
    buyer.request.set_order_id("o" + std::to_string(i));
    buyer.request.set_product_id(id);
    buyer.request.set_quantity(1);
    scope.Spawn([](ProductService& service, Buyer& who) -> async::Task<void> {
      const auto answer = co_await service.Reserve(who.call, who.request);
      who.answer = answer.status();
    }(service_, buyer));
  }
  executor_.RunUntilIdle();
  int reserved = 0;
  for (const auto& buyer : buyers) {
    if (buyer->answer.ok()) {
      ++reserved;
    } else {
      EXPECT_EQ(ReasonOf(buyer->answer), "OUT_OF_STOCK");
    }
  }
  EXPECT_EQ(reserved, 50);
  EXPECT_EQ(PiecesOf(id), (Pieces{0, 50, 0}));
}

}  // namespace
}  // namespace maru::fashion::product
