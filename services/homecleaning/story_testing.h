// For tests: homecleaning in one process, without transport and broker: six contexts, people who do
// things, events that travel in any order, and what everybody must agree on in the end.
#ifndef MARU_SERVICES_HOMECLEANING_STORY_TESTING_H_
#define MARU_SERVICES_HOMECLEANING_STORY_TESTING_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/proto_testing.h"
#include "services/homecleaning/cleaning/service.h"
#include "services/homecleaning/dashboard/service.h"
#include "services/homecleaning/paymethod/saga.h"
#include "services/homecleaning/paymethod/service.h"
#include "services/homecleaning/reservation/saga.h"
#include "services/homecleaning/reservation/service.h"
#include "services/message/service.h"
#include "services/payment/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"
#include "services/testing/test_system.h"

namespace maru::homecleaning {

// Amounts above this are refused.
inline constexpr int64_t kLimit = 1'000'000;
inline constexpr char kRefusedNumber[] = "1234-5678-9012-0002";

class Story final : public maru::testing::TestSystem {
 public:
  explicit Story(uint32_t seed);
  std::vector<Deployment> Deployments() override;
  std::vector<Peering> Peerings() override;

  // --- What people do ---
  absl::StatusOr<reservation::v1::CleaningReservation> Reserve(std::string_view who,
                                                               int64_t price = 20000,
                                                               const std::string& request_id = "");
  absl::StatusOr<reservation::v1::CleaningReservation> Cancel(std::string_view who,
                                                              const std::string& id);
  absl::StatusOr<paymethod::v1::Paymethod> Register(std::string_view who,
                                                    const std::string& reservation_id,
                                                    const std::string& number);
  absl::StatusOr<paymethod::v1::Paymethod> Change(std::string_view who, const std::string& id,
                                                  payment::v1::PayKind kind,
                                                  const std::string& number);
  absl::StatusOr<cleaning::v1::Cleaning> Start(std::string_view who, const std::string& id);
  absl::StatusOr<cleaning::v1::Cleaning> Finish(std::string_view who, const std::string& id);

  // --- What happens to them ---
  // Somebody does something, payment comes and goes, time passes, or an event arrives.
  void Step();
  maru::testing::DirectCaller& to_payment(int caller) { return *to_payment_[caller]; }
  maru::testing::TestContext& message() { return message_context_; }
  maru::testing::TestContext& dashboard() { return dashboard_context_; }

  // --- What there is, as admin sees it ---
  std::map<std::string, reservation::v1::CleaningReservation> Reservations();
  std::map<std::string, payment::v1::Payment> PaymentsByReference();
  std::map<std::string, cleaning::v1::Cleaning> CleaningsByReservation();
  // REGISTERED ones.
  std::map<std::string, paymethod::v1::Paymethod> PaymethodsByReservation();
  std::map<std::string, dashboard::v1::ReservationView> Views();
  size_t messages();

  // Compares all of it, once settled; also the ledger. What is wrong fails the test.
  void Check() override;

 private:
  template <class Fn>
  void HearBy(maru::testing::TestContext& listener, Fn add,
              const std::vector<maru::testing::TestContext*>& sources);
  void Act();
  void Weather();
  void CheckReservation(const reservation::v1::CleaningReservation& row);

  maru::store::SeededRandom runtime_random_;
  // Destroyed after those who may be calling it.
  maru::testing::TestContext payment_context_{executor(), "homecleaning", "payment"};
  maru::testing::TestContext reservation_context_{executor(), "homecleaning", "reservation"};
  maru::testing::TestContext paymethod_context_{executor(), "homecleaning", "paymethod"};
  maru::testing::TestContext cleaning_context_{executor(), "homecleaning", "cleaning"};
  maru::testing::TestContext message_context_{executor(), "homecleaning", "message"};
  maru::testing::TestContext dashboard_context_{executor(), "homecleaning", "dashboard"};
  events::View view_;
  payment::BuiltInProvider provider_{
      Proto<config::v1::ProviderConfig>("limit: 1000000 refused_digits: '0002'"), executor(),
      runtime_random_};
  payment::PaymentService payments_{payment_context_.store(), provider_};
  maru::testing::DirectCaller reservation_to_payment_{payments_};
  maru::testing::DirectCaller paymethod_to_payment_{payments_};
  maru::testing::DirectCaller* const to_payment_[2] = {&reservation_to_payment_,
                                                       &paymethod_to_payment_};
  reservation::ReservationService reservations_{
      reservation_context_.store(),
      reservation_context_.sagas().Add(reservation::RequestCleaning(reservation_to_payment_))};
  paymethod::PaymethodService paymethods_{
      paymethod_context_.store(),
      paymethod_context_.sagas().Add(paymethod::RegisterPaymethod(paymethod_to_payment_))};
  cleaning::CleaningService cleanings_{cleaning_context_.store()};
  message::MessageService messages_{message_context_.store()};
  dashboard::DashboardService views_{dashboard_context_.store()};
  // Messages that the events so far cause.
  size_t messages_expected_ = 0;
};

}  // namespace maru::homecleaning

#endif  // MARU_SERVICES_HOMECLEANING_STORY_TESTING_H_
