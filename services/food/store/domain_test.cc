// Goal: every line of the status of a ticket (domain.md, section 4): each race is decided once, and
// whoever comes later is told how. Method: a table over all states and all commands and events; no
// server, no store.
#include "services/food/store/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::food::store {
namespace {

using Row = std::optional<disk::Ticket>;
using Status = v1::StoreOrder;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);
const rpc::Identity kPark{
    .subject = "park", .roles = {options::v1::ROLE_OWNER}, .store_ids = {"다른집", "김밥천국"}};
const rpc::Identity kStranger{
    .subject = "choi", .roles = {options::v1::ROLE_OWNER}, .store_ids = {"다른집"}};

disk::Ticket In(Status::Status status) {
  disk::Ticket row = Place(Proto<order::v1::OrderPlaced>(R"pb(
                             order_id: "o1"
                             customer_id: "kim"
                             store_id: "김밥천국"
                             items { item_name: "김치찌개" quantity: 2 unit_price: 9000 }
                             price: 18000
                             address: "서울 마포구 어울마당로 35"
                           )pb"),
                           kNow, "t1");
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

TEST(TicketDomainTest, HasWhatAStoreNeeds) {
  EXPECT_THAT(ToApi(In(Status::STATUS_PLACED)), IsProto(R"pb(
                id: "t1"
                order_id: "o1"
                store_id: "김밥천국"
                customer_id: "kim"
                address: "서울 마포구 어울마당로 35"
                items { item_name: "김치찌개" quantity: 2 unit_price: 9000 }
                status: STATUS_PLACED
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
}

TEST(TicketDomainTest, CommandsByStatus) {
  struct Case {
    std::string name;
    decltype(&Accept) command;
    Status::Status from;
    // Unspecified where it is refused.
    Status::Status want_state;
    std::string want_event;
  };
  const auto refused = Status::STATUS_UNSPECIFIED;
  const auto placed = Status::STATUS_PLACED;
  const auto accepted = Status::STATUS_ACCEPTED;
  const auto cooking = Status::STATUS_COOKING;
  const auto cooked = Status::STATUS_COOKED;
  const auto rejected = Status::STATUS_REJECTED;
  const auto canceled = Status::STATUS_CANCELED;
  for (const Case& c : std::vector<Case>{
           {"accept placed", Accept, placed, accepted, "StoreAccepted"},
           {"accept again", Accept, accepted, accepted, ""},
           {"accept cooking", Accept, cooking, refused, ""},
           {"accept cooked", Accept, cooked, refused, ""},
           {"accept rejected (perhaps by time)", Accept, rejected, refused, ""},
           {"accept canceled", Accept, canceled, refused, ""},
           {"reject placed", Reject, placed, rejected, "StoreRejected"},
           {"reject again", Reject, rejected, rejected, ""},
           {"reject accepted", Reject, accepted, refused, ""},
           {"reject cooking", Reject, cooking, refused, ""},
           {"reject cooked", Reject, cooked, refused, ""},
           {"reject canceled", Reject, canceled, refused, ""},
           {"cook placed", StartCooking, placed, refused, ""},
           {"cook accepted", StartCooking, accepted, cooking, "CookStarted"},
           {"cook again", StartCooking, cooking, cooking, ""},
           {"cook cooked", StartCooking, cooked, refused, ""},
           {"cook rejected", StartCooking, rejected, refused, ""},
           {"cook canceled", StartCooking, canceled, refused, ""},
           {"finish placed", FinishCooking, placed, refused, ""},
           {"finish accepted", FinishCooking, accepted, refused, ""},
           {"finish cooking", FinishCooking, cooking, cooked, "CookFinished"},
           {"finish again", FinishCooking, cooked, cooked, ""},
           {"finish rejected", FinishCooking, rejected, refused, ""},
           {"finish canceled", FinishCooking, canceled, refused, ""},
       }) {
    const auto result = c.command(In(c.from), "t1", kPark, kNow);
    if (c.want_state == refused) {
      EXPECT_EQ(ReasonOf(result.status()), "WRONG_STATUS") << c.name;
      EXPECT_EQ(rpc::ErrorInfoOf(result.status())->metadata().at("status"),
                Status::Status_Name(c.from))
          << c.name;
      continue;
    }
    ASSERT_TRUE(result.ok()) << c.name << ": " << result.status();
    EXPECT_EQ(result->ticket.status(), c.want_state) << c.name;
    EXPECT_EQ(NameOf(result->event), c.want_event) << c.name;
  }
}

TEST(TicketDomainTest, OnlyTheOwnerOfTheStoreCommands) {
  for (const auto command : {Accept, Reject, StartCooking, FinishCooking}) {
    EXPECT_EQ(ReasonOf(command(In(Status::STATUS_PLACED), "t1", kStranger, kNow).status()),
              "NOT_FOUND");
    EXPECT_EQ(ReasonOf(command(std::nullopt, "t1", kPark, kNow).status()), "NOT_FOUND");
  }
}

TEST(TicketDomainTest, CancelAndTimeOutByStatus) {
  struct Case {
    Status::Status from;
    Status::Status after_cancel;
    std::string cancel_event;
    Status::Status after_time_out;
    std::string time_out_event;
  };
  for (const Case& c : std::vector<Case>{
           {Status::STATUS_PLACED, Status::STATUS_CANCELED, "StoreCanceled",
            Status::STATUS_REJECTED, "StoreRejected"},
           {Status::STATUS_ACCEPTED, Status::STATUS_CANCELED, "StoreCanceled",
            Status::STATUS_ACCEPTED, ""},
           {Status::STATUS_COOKING, Status::STATUS_CANCELED, "StoreCanceled",
            Status::STATUS_COOKING, ""},
           {Status::STATUS_COOKED, Status::STATUS_COOKED, "StoreCancelRefused",
            Status::STATUS_COOKED, ""},
           {Status::STATUS_REJECTED, Status::STATUS_REJECTED, "StoreCancelRefused",
            Status::STATUS_REJECTED, ""},
           {Status::STATUS_CANCELED, Status::STATUS_CANCELED, "", Status::STATUS_CANCELED, ""},
       }) {
    SCOPED_TRACE(Status::Status_Name(c.from));
    const Decided canceled = Cancel(In(c.from), kNow);
    EXPECT_EQ(canceled.ticket.status(), c.after_cancel);
    EXPECT_EQ(NameOf(canceled.event), c.cancel_event);
    const Decided timed_out = TimeOut(In(c.from), kNow);
    EXPECT_EQ(timed_out.ticket.status(), c.after_time_out);
    EXPECT_EQ(NameOf(timed_out.event), c.time_out_event);
  }
}

TEST(TicketDomainTest, EventsSayWhatTheirListenersNeed) {
  EXPECT_THAT(std::get<v1::StoreRejected>(TimeOut(In(Status::STATUS_PLACED), kNow).event),
              IsProto(R"pb(
                store_order_id: "t1"
                order_id: "o1"
                store_id: "김밥천국"
                customer_id: "kim"
                reason: REASON_TIMEOUT
              )pb"));
  EXPECT_EQ(std::get<v1::StoreRejected>(Reject(In(Status::STATUS_PLACED), "t1", kPark, kNow)->event)
                .reason(),
            v1::StoreRejected::REASON_OWNER);
  EXPECT_THAT(std::get<v1::CookFinished>(
                  FinishCooking(In(Status::STATUS_COOKING), "t1", kPark, kNow)->event),
              IsProto(R"pb(
                store_order_id: "t1"
                order_id: "o1"
                store_id: "김밥천국"
                customer_id: "kim"
                address: "서울 마포구 어울마당로 35"
              )pb"));
}

}  // namespace
}  // namespace maru::food::store
