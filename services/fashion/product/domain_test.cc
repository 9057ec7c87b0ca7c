// Goal: every rule of products and their stock (domain.md, section 5), and that pieces are never
// lost, made or negative. Method: a table over all states and all commands and events; no server,
// no store.
#include "services/fashion/product/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::fashion::product {
namespace {

using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

rpc::Identity Owner(std::string store) {
  return {.subject = "park", .roles = {options::v1::ROLE_OWNER}, .store_ids = {std::move(store)}};
}

NewId Ids() {
  return [n = 0]() mutable { return "option" + std::to_string(++n); };
}

constexpr char kRegister[] = R"pb(
  store_id: "s1"
  name: "린넨 셔츠"
  price: 39000
  stock: 10
  options { name: "색상" option_name: "남색" }
  options { name: "색상" option_name: "흰색" }
)pb";

disk::Product Shirt() {
  return Register(Proto<v1::RegisterProductRequest>(kRegister), Owner("s1"), kNow, "p1", Ids())
      ->product;
}
disk::Product RemovedShirt() { return Remove(Shirt(), "p1", Owner("s1"), kNow)->product; }

v1::ReserveRequest Ask(int quantity, std::string option = "option1") {
  v1::ReserveRequest request;
  request.set_order_id("o1");
  request.set_product_id("p1");
  request.set_option_id(std::move(option));
  request.set_quantity(quantity);
  return request;
}

TEST(ProductDomainTest, RegisterMakesIdsAndTellsAll) {
  auto request = Proto<v1::RegisterProductRequest>(kRegister);
  const auto result = Register(request, Owner("s1"), kNow, "p1", Ids());
  EXPECT_THAT(ToApi(result->product), IsProto(R"pb(
                id: "p1"
                store_id: "s1"
                name: "린넨 셔츠"
                price: 39000
                currency_code: "KRW"
                stock: 10
                options { id: "option1" name: "색상" option_name: "남색" }
                options { id: "option2" name: "색상" option_name: "흰색" }
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  EXPECT_EQ(result->event.stock(), 10);
  EXPECT_EQ(result->event.options_size(), 2);
  EXPECT_EQ(ReasonOf(Register(request, Owner("s2"), kNow, "p1", Ids()).status()), "NOT_FOUND");
}

TEST(ProductDomainTest, ModifyChangesWhatTheMaskNamesButNeverTheStock) {
  struct Case {
    std::string name;
    Row from;
    std::string store;
    std::string request;
    bool want_event;
    std::string want_reason;
  };
  for (const Case& c : std::vector<Case>{
           {"price", Shirt(), "s1", "product { price: 1 } update_mask { paths: 'price' }", true,
            ""},
           {"same name", Shirt(), "s1",
            "product { name: '린넨 셔츠' } update_mask { paths: 'name' }", false, ""},
           {"stock", Shirt(), "s1", "product { stock: 5 } update_mask { paths: 'stock' }", false,
            "INVALID_FIELD"},
           {"empty mask", Shirt(), "s1", "product { name: 'x' }", false, "INVALID_FIELD"},
           {"no name", Shirt(), "s1", "update_mask { paths: 'name' }", false, "INVALID_FIELD"},
           {"no price", Shirt(), "s1", "update_mask { paths: 'price' }", false, "INVALID_FIELD"},
           {"another's", Shirt(), "s2", "update_mask { paths: 'image_url' }", false, "NOT_FOUND"},
           {"removed", RemovedShirt(), "s1", "update_mask { paths: 'image_url' }", false,
            "NOT_FOUND"},
           {"unknown", std::nullopt, "s1", "update_mask { paths: 'image_url' }", false,
            "NOT_FOUND"},
       }) {
    const auto result = Modify(c.from, Proto<v1::ModifyProductRequest>(c.request), Owner(c.store),
                               kNow + absl::Seconds(1), Ids());
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
    EXPECT_EQ(result->product.update_time().seconds(), 1700000000 + (c.want_event ? 1 : 0));
  }
}

TEST(ProductDomainTest, OptionsThatAreKeptKeepTheirIds) {
  const auto result = Modify(Shirt(), Proto<v1::ModifyProductRequest>(R"pb(
                               product {
                                 options { id: "option2" name: "색상" option_name: "백색" }
                                 options { id: "made up" name: "색상" option_name: "검정" }
                               }
                               update_mask { paths: "options" }
                             )pb"),
                             Owner("s1"), kNow, [] { return "new"; });
  EXPECT_EQ(result->product.options(0).id(), "option2");
  EXPECT_EQ(result->product.options(0).option_name(), "백색");
  EXPECT_EQ(result->product.options(1).id(), "new");
}

TEST(ProductDomainTest, AddStockIsADeltaAndNeverGoesBelowZero) {
  const auto add = [](const Row& row, int64_t quantity, const char* store) {
    v1::AddStockRequest request;
    request.set_id("p1");
    request.set_quantity(quantity);
    return AddStock(row, request, Owner(store), kNow);
  };
  EXPECT_EQ(add(Shirt(), 5, "s1")->product.stock(), 15);
  EXPECT_EQ(add(Shirt(), -10, "s1")->product.stock(), 0);
  EXPECT_EQ(add(Shirt(), 5, "s1")->event.quantity(), 5);
  EXPECT_EQ(ReasonOf(add(Shirt(), -11, "s1").status()), "OUT_OF_STOCK");
  EXPECT_EQ(ReasonOf(add(Shirt(), kMaxPieces, "s1").status()), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(add(Shirt(), 1, "s2").status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(add(RemovedShirt(), 1, "s1").status()), "NOT_FOUND");
}

TEST(ProductDomainTest, RemoveIsToldOnce) {
  EXPECT_TRUE(Remove(Shirt(), "p1", Owner("s1"), kNow)->event.has_value());
  EXPECT_FALSE(Remove(RemovedShirt(), "p1", Owner("s1"), kNow)->event.has_value());
  EXPECT_EQ(ReasonOf(Remove(Shirt(), "p1", Owner("s2"), kNow).status()), "NOT_FOUND");
}

TEST(ProductDomainTest, ReserveTakesPiecesOrRefusesForGood) {
  struct Case {
    std::string name;
    Row product;
    v1::ReserveRequest request;
    std::string want_reason;
  };
  disk::Product plain = Shirt();
  plain.clear_options();
  for (const Case& c : std::vector<Case>{
           {"enough", Shirt(), Ask(10), ""},
           {"without options", plain, Ask(1, ""), ""},
           {"too few", Shirt(), Ask(11), "OUT_OF_STOCK"},
           {"unknown", std::nullopt, Ask(1), "NO_SUCH_PRODUCT"},
           {"removed", RemovedShirt(), Ask(1), "NO_SUCH_PRODUCT"},
           {"unknown option", Shirt(), Ask(1, "x"), "NO_SUCH_OPTION"},
           {"no option named", Shirt(), Ask(1, ""), "NO_SUCH_OPTION"},
           {"option of a plain one", plain, Ask(1), "NO_SUCH_OPTION"},
       }) {
    const Stocked result = Reserve(c.product, c.request);
    EXPECT_EQ(ReasonOf(AnswerTo(c.request, result.reservation).status()), c.want_reason) << c.name;
    EXPECT_EQ(HoldsPieces(result.reservation), c.want_reason.empty()) << c.name;
    EXPECT_EQ(result.product.has_value(), c.want_reason.empty()) << c.name;
    if (!result.product.has_value()) continue;
    EXPECT_EQ(result.product->reserved(), c.request.quantity()) << c.name;
    EXPECT_EQ(result.product->stock(), 10 - c.request.quantity()) << c.name;
  }
  EXPECT_THAT(*AnswerTo(Ask(2), Reserve(Shirt(), Ask(2)).reservation), IsProto(R"pb(
    store_id: "s1"
    product_name: "린넨 셔츠"
    unit_price: 39000
    currency_code: "KRW"
  )pb"));
}

TEST(ProductDomainTest, AnotherContentUnderTheSameOrderIsRefused) {
  const disk::Reservation reserved = Reserve(Shirt(), Ask(2)).reservation;
  EXPECT_EQ(ReasonOf(AnswerTo(Ask(3), reserved).status()), "ORDER_ID_REUSED");
  EXPECT_EQ(ReasonOf(AnswerTo(Ask(2, "option2"), reserved).status()), "ORDER_ID_REUSED");
  EXPECT_EQ(ReasonOf(AnswerTo(Ask(2), Fence("o1")).status()), "RESERVATION_RELEASED");
}

// stock + reserved + sold stays what the owner added, whatever comes in whatever order.
TEST(ProductDomainTest, PiecesMoveOnceByStatus) {
  struct Case {
    std::string name;
    disk::ReservationStatus from;
    // stock, reserved, sold of a product that was at 5, 4, 3; empty: nothing changes.
    std::vector<int64_t> after_sell;
    std::vector<int64_t> after_put_back;
  };
  for (const Case& c : std::vector<Case>{
           {"reserved", disk::RESERVATION_STATUS_RESERVED, {5, 1, 6}, {8, 1, 3}},
           {"sold", disk::RESERVATION_STATUS_SOLD, {}, {8, 4, 0}},
           {"released", disk::RESERVATION_STATUS_RELEASED, {}, {}},
           {"out of stock", disk::RESERVATION_STATUS_OUT_OF_STOCK, {}, {}},
           {"no such product", disk::RESERVATION_STATUS_NO_SUCH_PRODUCT, {}, {}},
           {"no such option", disk::RESERVATION_STATUS_NO_SUCH_OPTION, {}, {}},
       }) {
    disk::Product product = Shirt();
    product.set_stock(5);
    product.set_reserved(4);
    product.set_sold(3);
    disk::Reservation reservation = Reserve(Shirt(), Ask(3)).reservation;
    reservation.set_status(c.from);
    const auto pieces = [](const std::optional<Stocked>& stocked) -> std::vector<int64_t> {
      if (!stocked.has_value()) return {};
      return {stocked->product->stock(), stocked->product->reserved(), stocked->product->sold()};
    };
    EXPECT_EQ(pieces(Sell(reservation, product)), c.after_sell) << c.name;
    EXPECT_EQ(pieces(PutBack(reservation, product)), c.after_put_back) << c.name;
  }
}

}  // namespace
}  // namespace maru::fashion::product
