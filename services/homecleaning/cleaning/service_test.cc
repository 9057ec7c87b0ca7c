// Goal: reservations open and cancel cleanings, cleaners do them, whatever order events come in.
// Method: handlers and policies over a store in memory, without a transport.
#include "services/homecleaning/cleaning/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/homecleaning/reservation/v1/events.maru.h"
#include "services/homecleaning/cleaning/policies.h"
#include "services/testing/test_context.h"

namespace maru::homecleaning::cleaning {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using reservation::v1::CleaningRequestCanceled;
using reservation::v1::CleaningRequested;
using rpc::ReasonOf;

constexpr char kSora[] = "cleaner:sora";

class CleaningServiceTest : public ::testing::Test {
 protected:
  CleaningServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("homecleaning", policies));
  }

  void HearRequested(const std::string& reservation, const std::string& customer = "kim") {
    CleaningRequested event;
    event.set_reservation_id(reservation);
    event.set_customer_id(customer);
    event.set_place("부산 해운대구 우동 1408");
    MARU_CHECK(context_.Hear(Enveloped("homecleaning.reservation", "e1", event)).ok());
  }
  void HearCanceled(const std::string& reservation) {
    CleaningRequestCanceled event;
    event.set_reservation_id(reservation);
    MARU_CHECK(context_.Hear(Enveloped("homecleaning.reservation", "e2", event)).ok());
  }
  absl::StatusOr<v1::Cleaning> Start(std::string_view who, const std::string& id) {
    v1::StartCleaningRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.StartCleaning(call, request));
  }
  absl::StatusOr<v1::Cleaning> Finish(std::string_view who, const std::string& id) {
    v1::FinishCleaningRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.FinishCleaning(call, request));
  }
  absl::StatusOr<v1::Cleaning> Get(std::string_view who, const std::string& id) {
    v1::GetCleaningRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetCleaning(call, request));
  }
  std::vector<v1::Cleaning> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListCleaningsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListCleanings(call, request));
    MARU_CHECK(page.ok());
    return {page->cleanings().begin(), page->cleanings().end()};
  }
  // Id of the cleaning of a reservation.
  std::string IdOf(const std::string& reservation) {
    return List("admin:root", "reservation_id: '" + reservation + "'").at(0).id();
  }

  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "homecleaning", "cleaning"};
  CleaningService service_{context_.store()};
};

TEST_F(CleaningServiceTest, IsOpenedStartedFinishedAndToldOnce) {
  HearRequested("r1");
  const std::string id = IdOf("r1");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Start(kSora, id).ok());
  EXPECT_TRUE(context_.Emitted().empty());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Finish(kSora, id).ok());
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].type(), "maru.homecleaning.cleaning.v1.CleaningConfirmed");
  EXPECT_EQ(events[0].key(), "r1");
  EXPECT_EQ(Get(kSora, id)->status(), v1::Cleaning::STATUS_FINISHED);
}

TEST_F(CleaningServiceTest, TheSecondCleanerIsRefused) {
  HearRequested("r1");
  const std::string id = IdOf("r1");
  EXPECT_EQ(ReasonOf(Finish(kSora, id).status()), "NOT_STARTED");
  ASSERT_TRUE(Start(kSora, id).ok());
  EXPECT_EQ(ReasonOf(Start("cleaner:jun", id).status()), "ALREADY_STARTED");
  EXPECT_EQ(ReasonOf(Finish("cleaner:jun", id).status()), "ALREADY_STARTED");
  EXPECT_TRUE(Finish(kSora, id).ok());
}

TEST_F(CleaningServiceTest, RequestedTwiceIsOneCleaning) {
  HearRequested("r1");
  HearRequested("r1");
  EXPECT_EQ(List("admin:root").size(), 1);
}

TEST_F(CleaningServiceTest, ACanceledReservationCancelsTheCleaningUnlessFinished) {
  for (const char* reservation : {"open", "started", "finished"}) HearRequested(reservation);
  ASSERT_TRUE(Start(kSora, IdOf("started")).ok());
  ASSERT_TRUE(Start(kSora, IdOf("finished")).ok());
  ASSERT_TRUE(Finish(kSora, IdOf("finished")).ok());
  for (const char* reservation : {"open", "started", "finished"}) HearCanceled(reservation);
  EXPECT_EQ(Get(kSora, IdOf("open"))->status(), v1::Cleaning::STATUS_CANCELED);
  EXPECT_EQ(Get(kSora, IdOf("started"))->status(), v1::Cleaning::STATUS_CANCELED);
  EXPECT_EQ(Get(kSora, IdOf("finished"))->status(), v1::Cleaning::STATUS_FINISHED);
  EXPECT_EQ(ReasonOf(Finish(kSora, IdOf("started")).status()), "CLEANING_CANCELED");
  EXPECT_EQ(ReasonOf(Start(kSora, IdOf("open")).status()), "CLEANING_CANCELED");
}

TEST_F(CleaningServiceTest, AnEndThatIsHeardFirstLeavesATombstone) {
  HearCanceled("r1");
  HearRequested("r1");
  HearCanceled("r1");
  EXPECT_TRUE(List("admin:root").empty());
  EXPECT_TRUE(List("admin:root", "reservation_id: 'r1'").empty());
}

TEST_F(CleaningServiceTest, CleanersSeeAllCustomersTheirOwn) {
  HearRequested("r1", "kim");
  HearRequested("r2", "lee");
  EXPECT_EQ(List(kSora).size(), 2);
  EXPECT_EQ(List("admin:root").size(), 2);
  EXPECT_EQ(List("customer:kim").size(), 1);
  EXPECT_EQ(List("customer:kim", "reservation_id: 'r2'").size(), 0);
  EXPECT_TRUE(Get("customer:kim", IdOf("r1")).ok());
  EXPECT_EQ(ReasonOf(Get("customer:lee", IdOf("r1")).status()), "NOT_FOUND");
}

TEST_F(CleaningServiceTest, ListsAreFilteredByStatusAndPaged) {
  for (const char* reservation : {"r1", "r2", "r3"}) HearRequested(reservation);
  ASSERT_TRUE(Start(kSora, IdOf("r2")).ok());
  EXPECT_EQ(List(kSora, "status: STATUS_OPEN").size(), 2);
  EXPECT_EQ(List("customer:kim", "status: STATUS_STARTED").size(), 1);
  EXPECT_EQ(List(kSora, "page_size: 2").size(), 2);
  EXPECT_EQ(List(kSora, "page_size: 2").at(0).reservation_id(), "r3");
  EXPECT_EQ(List(kSora, "reservation_id: 'r2' status: STATUS_OPEN").size(), 0);
}

}  // namespace
}  // namespace maru::homecleaning::cleaning
