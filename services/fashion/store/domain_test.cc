// Goal: every line of the status of a store order (domain.md, section 5): what owners do, what
// stores do by themselves, and what a cancel does before and after its delivery decides. Method: a
// table over all states and all commands and events; no server, no store.
#include "services/fashion/store/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::fashion::store {
namespace {

using Row = std::optional<disk::StoreOrder>;
using Status = v1::StoreOrder;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);
const rpc::Identity kPark{
    .subject = "park", .roles = {options::v1::ROLE_OWNER}, .store_ids = {"다른집", "s1"}};
const rpc::Identity kStranger{
    .subject = "choi", .roles = {options::v1::ROLE_OWNER}, .store_ids = {"다른집"}};

constexpr char kOrder[] = R"pb(
  order_id: "o1"
  store_id: "s1"
  product_id: "p1"
  product_name: "린넨 셔츠"
  quantity: 2
  customer_id: "kim"
  customer_name: "김민수"
  address: "서울 마포구 어울마당로 35"
)pb";

disk::StoreOrder In(Status::Status status) {
  disk::StoreOrder row =
      Place(Proto<order::v1::OrderPlaced>(kOrder), /*auto_accept=*/false, kNow, "t1").store_order;
  row.set_status(status);
  return row;
}

// "StoreAccepted"; empty: nothing is told.
std::string NameOf(const Told& event) {
  return std::visit(
      [](const auto& told) -> std::string {
        if constexpr (requires { told.GetDescriptor(); }) {
          return told.GetDescriptor()->name();
        } else {
          return "";
        }
      },
      event);
}

TEST(StoreOrderDomainTest, WaitsForItsOwnerUnlessTheStoreAcceptsByItself) {
  const auto placed = Proto<order::v1::OrderPlaced>(kOrder);
  const Decided waits = Place(placed, /*auto_accept=*/false, kNow, "t1");
  EXPECT_THAT(ToApi(waits.store_order), IsProto(std::string(kOrder) + R"pb(
                id: "t1"
                status: STATUS_PLACED
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  EXPECT_EQ(NameOf(waits.event), "");
  const Decided accepted = Place(placed, /*auto_accept=*/true, kNow, "t1");
  EXPECT_EQ(accepted.store_order.status(), Status::STATUS_ACCEPTED);
  EXPECT_THAT(std::get<v1::StoreAccepted>(accepted.event),
              IsProto(std::string(kOrder) + "store_order_id: 't1'"));
}

TEST(StoreOrderDomainTest, CommandsByStatus) {
  struct Case {
    std::string name;
    decltype(&Accept) command;
    Status::Status from;
    // Unspecified where it is refused.
    Status::Status want_state;
    std::string want_event;
    std::string want_reason;
  };
  const auto refused = Status::STATUS_UNSPECIFIED;
  const auto placed = Status::STATUS_PLACED;
  const auto accepted = Status::STATUS_ACCEPTED;
  const auto pending = Status::STATUS_CANCEL_PENDING;
  const auto canceled = Status::STATUS_CANCELED;
  for (const Case& c : std::vector<Case>{
           {"accept placed", Accept, placed, accepted, "StoreAccepted", ""},
           {"accept again", Accept, accepted, accepted, "", ""},
           {"accept after a cancel request", Accept, pending, refused, "", "CANCEL_PENDING"},
           {"accept canceled", Accept, canceled, refused, "", "WRONG_STATUS"},
           {"confirm placed", ConfirmCancel, placed, refused, "", "WRONG_STATUS"},
           {"confirm accepted", ConfirmCancel, accepted, refused, "", "WRONG_STATUS"},
           {"confirm", ConfirmCancel, pending, canceled, "StoreCanceled", ""},
           {"confirm again", ConfirmCancel, canceled, canceled, "", ""},
       }) {
    const auto result = c.command(In(c.from), "t1", kPark, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (c.want_reason == "WRONG_STATUS") {
      EXPECT_EQ(rpc::ErrorInfoOf(result.status())->metadata().at("status"),
                Status::Status_Name(c.from))
          << c.name;
    }
    if (c.want_state == refused) continue;
    ASSERT_TRUE(result.ok()) << c.name << ": " << result.status();
    EXPECT_EQ(result->store_order.status(), c.want_state) << c.name;
    EXPECT_EQ(NameOf(result->event), c.want_event) << c.name;
  }
}

TEST(StoreOrderDomainTest, OnlyTheOwnerOfTheStoreCommands) {
  for (const auto command : {Accept, ConfirmCancel}) {
    EXPECT_EQ(ReasonOf(command(In(Status::STATUS_PLACED), "t1", kStranger, kNow).status()),
              "NOT_FOUND");
    EXPECT_EQ(ReasonOf(command(std::nullopt, "t1", kPark, kNow).status()), "NOT_FOUND");
  }
}

TEST(StoreOrderDomainTest, EventsByStatus) {
  struct Case {
    Status::Status from;
    // OrderCancelRequested in a store that works by hand, and in one that does not.
    Status::Status by_hand;
    Status::Status by_itself;
    std::string by_itself_event;
    // DeliveryCancelRefused.
    Status::Status after_refusal;
  };
  for (const Case& c : std::vector<Case>{
           {Status::STATUS_PLACED, Status::STATUS_CANCEL_PENDING, Status::STATUS_CANCELED,
            "StoreCanceled", Status::STATUS_PLACED},
           {Status::STATUS_ACCEPTED, Status::STATUS_CANCEL_PENDING, Status::STATUS_CANCELED,
            "StoreCanceled", Status::STATUS_ACCEPTED},
           {Status::STATUS_CANCEL_PENDING, Status::STATUS_CANCEL_PENDING,
            Status::STATUS_CANCEL_PENDING, "", Status::STATUS_CANCEL_PENDING},
           {Status::STATUS_CANCELED, Status::STATUS_CANCELED, Status::STATUS_CANCELED, "",
            Status::STATUS_ACCEPTED},
       }) {
    SCOPED_TRACE(Status::Status_Name(c.from));
    const disk::StoreOrder row = In(c.from);
    const Decided nothing{row, {}};
    const Decided by_hand = RequestCancel(row, /*auto_accept=*/false, kNow).value_or(nothing);
    EXPECT_EQ(by_hand.store_order.status(), c.by_hand);
    EXPECT_EQ(NameOf(by_hand.event), "");
    const Decided by_itself = RequestCancel(row, /*auto_accept=*/true, kNow).value_or(nothing);
    EXPECT_EQ(by_itself.store_order.status(), c.by_itself);
    EXPECT_EQ(NameOf(by_itself.event), c.by_itself_event);
    const Decided refused = RefuseCancel(row, kNow).value_or(nothing);
    EXPECT_EQ(refused.store_order.status(), c.after_refusal);
    EXPECT_EQ(NameOf(refused.event), "");
  }
}

TEST(StoreOrderDomainTest, ACancelTellsWhatTheDeliveryNeeds) {
  const auto confirmed = ConfirmCancel(In(Status::STATUS_CANCEL_PENDING), "t1", kPark, kNow);
  EXPECT_THAT(std::get<v1::StoreCanceled>(confirmed->event),
              IsProto(std::string(kOrder) + "store_order_id: 't1'"));
  EXPECT_THAT(CancelUnknown(Proto<order::v1::OrderCancelRequested>(kOrder)), IsProto(kOrder))
      << "it never becomes a store order";
}

TEST(StoreDomainTest, EveryStoreWorksByItselfUntilItsOwnerSaysOtherwise) {
  EXPECT_TRUE(AutoAccepts(std::nullopt));
  EXPECT_THAT(ToApi("s1", std::nullopt), IsProto("store_id: 's1' auto_accept: true"));
  struct Case {
    std::string name;
    rpc::Identity who;
    std::string request;
    // Unless it is refused.
    bool want_auto_accept;
    std::string want_reason;
  };
  const std::string off = "store { store_id: 's1' } ";
  const std::string on = "store { store_id: 's1' auto_accept: true } ";
  const std::string mask = "update_mask { paths: 'auto_accept' }";
  for (const Case& c : std::vector<Case>{
           {"off", kPark, off + mask, false, ""},
           {"on", kPark, on + mask, true, ""},
           {"not his store", kStranger, off + mask, false, "NOT_FOUND"},
           {"empty mask", kPark, off, false, "INVALID_FIELD"},
           {"another field", kPark, off + "update_mask { paths: 'store_id' }", false,
            "INVALID_FIELD"},
           {"more fields", kPark, off + "update_mask { paths: 'auto_accept' paths: 'store_id' }",
            false, "INVALID_FIELD"},
       }) {
    const auto row = SetAutoAccept(Proto<v1::SetAutoAcceptRequest>(c.request), c.who);
    EXPECT_EQ(ReasonOf(row.status()), c.want_reason) << c.name;
    if (!row.ok()) continue;
    EXPECT_EQ(AutoAccepts(*row), c.want_auto_accept) << c.name;
    EXPECT_EQ(ToApi("s1", *row).auto_accept(), c.want_auto_accept) << c.name;
  }
}

}  // namespace
}  // namespace maru::fashion::store
