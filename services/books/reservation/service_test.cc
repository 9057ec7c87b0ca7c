// Goal: reservations are kept whole, told once, and follow delivery and book. Method: handlers and
// policies over a store in memory, without a transport.
#include "services/books/reservation/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/books/book/v1/events.maru.h"
#include "maru/books/delivery/v1/events.maru.h"
#include "services/books/reservation/policies.h"
#include "services/testing/test_context.h"

namespace maru::books::reservation {
namespace {

using book::v1::OutOfStock;
using delivery::v1::BookDelivered;
using Status = v1::Reservation;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

constexpr char kKim[] = "customer:kim";
constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-000000000001";

class ReservationServiceTest : public ::testing::Test {
 protected:
  ReservationServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("books", policies));
  }

  std::string Reserve(std::string_view who = kKim, const std::string& request_id = "") {
    v1::ReserveRequest request;
    request.set_book_id("dune");
    const rpc::CallContext call = CallBy(who, request_id);
    return context_.Run(service_.Reserve(call, request)).value().id();
  }
  absl::StatusOr<v1::Reservation> Cancel(std::string_view who, const std::string& id) {
    v1::CancelReservationRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.CancelReservation(call, request));
  }
  absl::StatusOr<v1::Reservation> Get(std::string_view who, const std::string& id) {
    v1::GetReservationRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetReservation(call, request));
  }
  std::vector<std::string> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListReservationsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListReservations(call, request));
    MARU_CHECK(page.ok());
    std::vector<std::string> ids;
    for (const v1::Reservation& row : page->reservations()) ids.push_back(row.id());
    return ids;
  }
  template <class E>
  void Hear(const std::string& context, const std::string& reservation) {
    const auto event = Proto<E>("reservation_id: '" + reservation + "'");
    const absl::Status heard = context_.Hear(Enveloped("books." + context, "e1", event));
    ASSERT_TRUE(heard.ok()) << heard;
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
  maru::testing::TestContext context_{executor_, "books", "reservation"};
  ReservationService service_{context_.store()};
};

TEST_F(ReservationServiceTest, ReservesAndCancelsOnce) {
  const std::string id = Reserve(kKim, kRequestId);
  EXPECT_EQ(Reserve(kKim, kRequestId), id);
  EXPECT_EQ(ReasonOf(Cancel("customer:lee", id).status()), "NOT_FOUND");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Cancel(kKim, id)->status(), Status::STATUS_CANCELED);
  }
  EXPECT_EQ(Emitted(), (Texts{"Reserved " + id, "ReservationCanceled " + id}));
}

TEST_F(ReservationServiceTest, FollowsDeliveryAndBook) {
  const std::string delivered = Reserve();
  const std::string none = Reserve();
  Hear<BookDelivered>("delivery", delivered);
  Hear<OutOfStock>("book", none);
  Hear<OutOfStock>("book", delivered);
  Hear<BookDelivered>("delivery", none);
  Hear<BookDelivered>("delivery", "never stored here");
  EXPECT_EQ(Get(kKim, delivered)->status(), Status::STATUS_DELIVERED);
  EXPECT_EQ(Get(kKim, none)->status(), Status::STATUS_CANCELED);
  EXPECT_EQ(Get(kKim, none)->reason(), Status::REASON_OUT_OF_STOCK);
  EXPECT_EQ(Emitted(), (Texts{"Reserved " + delivered, "Reserved " + none}))
      << "it tells nobody what it heard";
  ASSERT_TRUE(Cancel(kKim, none).ok());
  ASSERT_TRUE(Cancel(kKim, delivered).ok());
  EXPECT_EQ(Emitted(), Texts{"ReservationCanceled " + delivered});
}

TEST_F(ReservationServiceTest, ACancelStandsAgainstALateDelivery) {
  const std::string id = Reserve();
  ASSERT_TRUE(Cancel(kKim, id).ok());
  Hear<BookDelivered>("delivery", id);
  Hear<OutOfStock>("book", id);
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_CANCELED);
  EXPECT_EQ(Get(kKim, id)->reason(), Status::REASON_CUSTOMER);
}

TEST_F(ReservationServiceTest, CustomersSeeTheirOwnLibrariansAll) {
  const std::string first = Reserve();
  const std::string lees = Reserve("customer:lee");
  const std::string second = Reserve();
  ASSERT_TRUE(Cancel(kKim, first).ok());
  EXPECT_EQ(List(kKim), Texts{second});
  EXPECT_EQ(List(kKim, "status: STATUS_CANCELED"), Texts{first});
  EXPECT_EQ(List("librarian:sujin"), (Texts{second, lees}));
  EXPECT_EQ(List("admin:root", "page_size: 1"), Texts{second});
  EXPECT_EQ(ReasonOf(Get(kKim, lees).status()), "NOT_FOUND");
  EXPECT_TRUE(Get("librarian:sujin", lees).ok());
}

}  // namespace
}  // namespace maru::books::reservation
