// For tests: homecleaning in one process, without transport and broker: six contexts, people who do
// things, events that travel in any order, and what everybody must agree on in the end.
#ifndef MARU_SERVICES_HOMECLEANING_STORY_TESTING_H_
#define MARU_SERVICES_HOMECLEANING_STORY_TESTING_H_

#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/async/scope.h"
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
#include "services/testing/event_queues.h"
#include "services/testing/test_context.h"

namespace maru::homecleaning {

// Amounts above this are refused.
inline constexpr int64_t kLimit = 1'000'000;
inline constexpr char kRefusedNumber[] = "1234-5678-9012-0002";

class Story {
 public:
  explicit Story(uint32_t seed);

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
  maru::testing::EventQueues& queues() { return queues_; }
  maru::testing::TestContext& message() { return message_context_; }
  maru::testing::TestContext& dashboard() { return dashboard_context_; }
  void Pass(absl::Duration duration) { executor_.Advance(duration); }
  // Payment is there, every answer is known, every event has arrived.
  void Settle();

  // --- What there is, as admin sees it ---
  std::map<std::string, reservation::v1::CleaningReservation> Reservations();
  std::map<std::string, payment::v1::Payment> PaymentsByReference();
  std::map<std::string, cleaning::v1::Cleaning> CleaningsByReservation();
  // REGISTERED ones.
  std::map<std::string, paymethod::v1::Paymethod> PaymethodsByReservation();
  std::map<std::string, dashboard::v1::ReservationView> Views();
  size_t messages();

  // Compares all of it, once settled; also the ledger. What is wrong fails the test.
  void Check();

 private:
  template <class Fn>
  void Hear(maru::testing::TestContext& listener, Fn add,
            const std::vector<maru::testing::TestContext*>& sources);
  // Runs a command while time passes; its deadline is 2 s.
  template <class T>
  T Run(async::Task<T> task);
  rpc::CallContext Call(std::string_view who, std::string request_id = "",
                        const std::string& request = "");

  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }
  void Act();
  void Weather();
  void CheckReservation(const reservation::v1::CleaningReservation& row);
  void CheckMoney();

  std::mt19937 random_;
  maru::testing::EventQueues queues_{random_};
  async::ManualExecutor executor_;
  maru::store::SeededRandom runtime_random_;
  // Destroyed after those who may be calling it.
  maru::testing::TestContext payment_context_{executor_, "homecleaning", "payment"};
  maru::testing::TestContext reservation_context_{executor_, "homecleaning", "reservation"};
  maru::testing::TestContext paymethod_context_{executor_, "homecleaning", "paymethod"};
  maru::testing::TestContext cleaning_context_{executor_, "homecleaning", "cleaning"};
  maru::testing::TestContext message_context_{executor_, "homecleaning", "message"};
  maru::testing::TestContext dashboard_context_{executor_, "homecleaning", "dashboard"};
  events::View view_;
  payment::BuiltInProvider provider_{
      Proto<config::v1::ProviderConfig>("limit: 1000000 refused_digits: '0002'"), executor_,
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
