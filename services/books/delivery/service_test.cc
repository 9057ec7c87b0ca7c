// Goal: deliveries follow reservations and book, whatever order the topics come in. Method:
// policies and queries over a store in memory, without a transport.
#include "services/books/delivery/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/books/book/v1/events.maru.h"
#include "maru/books/reservation/v1/events.maru.h"
#include "services/books/delivery/policies.h"
#include "services/testing/test_context.h"

namespace maru::books::delivery {
namespace {

using book::v1::BookIssued;
using book::v1::OutOfStock;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using reservation::v1::ReservationCanceled;
using reservation::v1::Reserved;
using rpc::ReasonOf;
using Status = v1::Delivery;

class DeliveryServiceTest : public ::testing::Test {
 protected:
  DeliveryServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("books", policies));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& reservation,
            const std::string& customer = "kim") {
    const auto event = Proto<E>("reservation_id: '" + reservation + "' customer_id: '" + customer +
                                "' book_id: 'dune'");
    const absl::Status heard = context_.Hear(Enveloped("books." + context, "e1", event));
    ASSERT_TRUE(heard.ok()) << heard;
  }
  std::vector<v1::Delivery> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListDeliveriesRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListDeliveries(call, request));
    MARU_CHECK(page.ok());
    return {page->deliveries().begin(), page->deliveries().end()};
  }
  Status::Status StatusOf(const std::string& reservation) {
    return List("admin:root", "reservation_id: '" + reservation + "'").at(0).status();
  }
  std::vector<std::string> Emitted() {
    std::vector<std::string> told;
    for (const event::v1::Event& event : context_.Emitted()) {
      told.push_back(event.type().substr(event.type().rfind('.') + 1) + " " + event.key());
    }
    return told;
  }

  using Texts = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "books", "delivery"};
  DeliveryService service_{context_.store()};
};

TEST_F(DeliveryServiceTest, AsksForACopyDeliversItAndTakesItBackOnce) {
  for (int i = 0; i < 2; ++i) Hear<Reserved>("reservation", "r1");
  EXPECT_EQ(StatusOf("r1"), Status::STATUS_REQUESTED);
  for (int i = 0; i < 2; ++i) Hear<BookIssued>("book", "r1");
  EXPECT_EQ(StatusOf("r1"), Status::STATUS_DELIVERED);
  for (int i = 0; i < 2; ++i) Hear<ReservationCanceled>("reservation", "r1");
  EXPECT_EQ(StatusOf("r1"), Status::STATUS_CANCELED);
  EXPECT_EQ(Emitted(), (Texts{"DeliveryRequested r1", "BookDelivered r1", "DeliveryCanceled r1"}));
}

TEST_F(DeliveryServiceTest, OutOfStockFailsItAndACancelBehindThatTellsNothing) {
  Hear<Reserved>("reservation", "r1");
  for (int i = 0; i < 2; ++i) Hear<OutOfStock>("book", "r1");
  Hear<ReservationCanceled>("reservation", "r1");
  EXPECT_EQ(StatusOf("r1"), Status::STATUS_FAILED);
  EXPECT_EQ(Emitted(), Texts{"DeliveryRequested r1"});
}

TEST_F(DeliveryServiceTest, ACopyThatComesBehindTheCancelIsNotDelivered) {
  Hear<Reserved>("reservation", "r1");
  Hear<ReservationCanceled>("reservation", "r1");
  Hear<BookIssued>("book", "r1");
  EXPECT_EQ(StatusOf("r1"), Status::STATUS_CANCELED);
  EXPECT_EQ(Emitted(), (Texts{"DeliveryRequested r1", "DeliveryCanceled r1"}));
}

TEST_F(DeliveryServiceTest, AnEndThatIsHeardFirstLeavesATombstone) {
  Hear<ReservationCanceled>("reservation", "r1");
  Hear<Reserved>("reservation", "r1");
  Hear<BookIssued>("book", "r1");
  EXPECT_TRUE(List("admin:root").empty());
  EXPECT_TRUE(List("admin:root", "reservation_id: 'r1'").empty());
  EXPECT_EQ(Emitted(), Texts{});
}

TEST_F(DeliveryServiceTest, CustomersSeeTheirOwnLibrariansAll) {
  Hear<Reserved>("reservation", "r1", "kim");
  Hear<Reserved>("reservation", "r2", "lee");
  Hear<Reserved>("reservation", "r3", "kim");
  Hear<BookIssued>("book", "r3");
  EXPECT_EQ(List("customer:kim").size(), 2);
  EXPECT_EQ(List("customer:kim", "status: STATUS_DELIVERED").at(0).reservation_id(), "r3");
  EXPECT_EQ(List("customer:kim", "reservation_id: 'r2'").size(), 0);
  EXPECT_EQ(List("librarian:sujin").size(), 3);
  EXPECT_EQ(List("admin:root", "page_size: 1").at(0).reservation_id(), "r3");
  v1::GetDeliveryRequest request;
  request.set_id(List("customer:lee").at(0).id());
  const rpc::CallContext by_kim = CallBy("customer:kim");
  EXPECT_EQ(ReasonOf(context_.Run(service_.GetDelivery(by_kim, request)).status()), "NOT_FOUND");
  const rpc::CallContext by_sujin = CallBy("librarian:sujin");
  EXPECT_TRUE(context_.Run(service_.GetDelivery(by_sujin, request)).ok());
}

}  // namespace
}  // namespace maru::books::delivery
