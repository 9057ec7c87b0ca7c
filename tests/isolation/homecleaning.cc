// The people of homecleaning: customers reserve and pay, cancel, or pay otherwise; cleaners clean.
#include "maru/homecleaning/cleaning/v1/cleaning.pb.h"
#include "maru/homecleaning/dashboard/v1/dashboard.pb.h"
#include "maru/homecleaning/paymethod/v1/paymethod.pb.h"
#include "maru/homecleaning/reservation/v1/reservation.pb.h"
#include "maru/message/v1/message.pb.h"
#include "maru/payment/v1/payment.pb.h"
#include "tests/isolation/people.h"

namespace maru::harness {
namespace {

namespace cleaning = maru::homecleaning::cleaning::v1;
namespace dashboard = maru::homecleaning::dashboard::v1;
namespace payment = maru::payment::v1;
namespace paymethod = maru::homecleaning::paymethod::v1;
namespace reservation = maru::homecleaning::reservation::v1;

using payment::Payment;
using paymethod::Paymethod;
using Reservation = reservation::CleaningReservation;

constexpr Method<reservation::RequestCleaningRequest, Reservation> kRequest{
    "homecleaning-reservation",
    "/maru.homecleaning.reservation.v1.ReservationService/RequestCleaning"};
constexpr Method<reservation::CancelReservationRequest, Reservation> kCancel{
    "homecleaning-reservation",
    "/maru.homecleaning.reservation.v1.ReservationService/CancelReservation"};
constexpr Method<reservation::GetReservationRequest, Reservation> kGetReservation{
    "homecleaning-reservation",
    "/maru.homecleaning.reservation.v1.ReservationService/GetReservation"};
constexpr Method<reservation::ListReservationsRequest, reservation::ListReservationsResponse>
    kListReservations{"homecleaning-reservation",
                      "/maru.homecleaning.reservation.v1.ReservationService/ListReservations"};
constexpr Method<payment::ListPaymentsRequest, payment::ListPaymentsResponse> kListPayments{
    "homecleaning-payment", "/maru.payment.v1.PaymentService/ListPayments"};
constexpr Method<paymethod::RegisterPaymethodRequest, Paymethod> kRegister{
    "homecleaning-paymethod", "/maru.homecleaning.paymethod.v1.PaymethodService/RegisterPaymethod"};
constexpr Method<paymethod::ChangePaymethodRequest, Paymethod> kChange{
    "homecleaning-paymethod", "/maru.homecleaning.paymethod.v1.PaymethodService/ChangePaymethod"};
constexpr Method<paymethod::ListPaymethodsRequest, paymethod::ListPaymethodsResponse>
    kListPaymethods{"homecleaning-paymethod",
                    "/maru.homecleaning.paymethod.v1.PaymethodService/ListPaymethods"};
constexpr Method<cleaning::StartCleaningRequest, cleaning::Cleaning> kStart{
    "homecleaning-cleaning", "/maru.homecleaning.cleaning.v1.CleaningService/StartCleaning"};
constexpr Method<cleaning::FinishCleaningRequest, cleaning::Cleaning> kFinish{
    "homecleaning-cleaning", "/maru.homecleaning.cleaning.v1.CleaningService/FinishCleaning"};
constexpr Method<cleaning::ListCleaningsRequest, cleaning::ListCleaningsResponse> kListCleanings{
    "homecleaning-cleaning", "/maru.homecleaning.cleaning.v1.CleaningService/ListCleanings"};
constexpr Method<message::ListMessagesRequest, message::ListMessagesResponse> kListMessages{
    "homecleaning-message", "/maru.message.v1.MessageService/ListMessages"};
constexpr Method<dashboard::ListReservationViewsRequest, dashboard::ListReservationViewsResponse>
    kListViews{"homecleaning-dashboard",
               "/maru.homecleaning.dashboard.v1.DashboardService/ListReservationViews"};

reservation::RequestCleaningRequest Wish() {
  reservation::RequestCleaningRequest request;
  request.mutable_request_date()->set_seconds(1'900'000'000);
  request.set_place("서울 마포구 어울마당로 35");
  request.set_customer_name("김민수");
  request.set_price(20'000);
  return request;
}

paymethod::RegisterPaymethodRequest Account(const std::string& reservation_id) {
  paymethod::RegisterPaymethodRequest request;
  request.set_reservation_id(reservation_id);
  request.set_kind(payment::PAY_KIND_BANK);
  request.set_number("1234-5678-9012");
  return request;
}

paymethod::ChangePaymethodRequest Card(const std::string& paymethod_id) {
  paymethod::ChangePaymethodRequest request;
  request.mutable_paymethod()->set_id(paymethod_id);
  request.mutable_paymethod()->set_kind(payment::PAY_KIND_CREDIT);
  request.mutable_paymethod()->set_number("1234-5678-9012-3456");
  request.mutable_update_mask()->add_paths("kind");
  request.mutable_update_mask()->add_paths("number");
  return request;
}

class Homecleaning final : public People {
 public:
  explicit Homecleaning(System& system) : People(system) {}

  void Prepare() override {
    const std::string canceled = Reserve(customer_);
    const std::string registered = Reserve(customer_);
    const std::string changed = Reserve(customer_);
    const std::string paymethod = Register(customer_, changed);
    const std::string cleaned = Reserve(customer_);
    const std::string cleaning = AwaitCleaning(cleaned);
    Can("reserve", [this] { return Requested(customer_.Call(kRequest, Wish())); });
    Can("cancel", [this, once = Once(customer_, kCancel,
                                     ById<reservation::CancelReservationRequest>(canceled))] {
      return Canceled(once());
    });
    Can("register pay method", [this, once = Once(customer_, kRegister, Account(registered))] {
      return Registered(once());
    });
    Can("change pay method", [this, changed, once = Once(customer_, kChange, Card(paymethod))] {
      return Changed(once(), changed);
    });
    Can("clean", [once = Once(cleaner_, kStart, ById<cleaning::StartCleaningRequest>(cleaning))] {
      return once();
    });
    Can("reservations", [this] { return customer_.Call(kListReservations, {}); });
    Can("payments", [this] { return customer_.Call(kListPayments, {}); });
    Can("pay methods", [this] { return customer_.Call(kListPaymethods, {}); });
    Can("cleanings", [this] { return cleaner_.Call(kListCleanings, {}); });
    Can("messages", [this] { return customer_.Call(kListMessages, {}); });
    Can("dashboard", [this] { return customer_.Call(kListViews, {}); });
  }

  void Live(Chance& chance) override {
    const Actor customer = By("customer", absl::StrCat("kim-", chance() % 5));
    const std::string id = Reserve(customer);
    switch (chance() % 4) {
      case 0:
        Canceled(Do(customer, kCancel, ById<reservation::CancelReservationRequest>(id)));
        break;
      case 1: {
        const std::string paymethod = Register(customer, id);
        Changed(Do(customer, kChange, Card(paymethod)), id);
        break;
      }
      case 2:
        Clean(id);
        break;
      default:
        break;
    }
  }

  std::string Check() override {
    const MutexLock lock(mutex_);
    const auto views =
        All(admin_, kListViews, &dashboard::ListReservationViewsResponse::reservation_views);
    const auto payments = All(admin_, kListPayments, &payment::ListPaymentsResponse::payments);
    if (!views.ok()) return views.status().ToString();
    if (!payments.ok()) return payments.status().ToString();
    Differences differences;
    CheckMoney(*payments, differences);
    CheckViews(*views, differences);
    for (const absl::Status& read : {CheckReservations(differences), CheckMessages(differences)}) {
      if (!read.ok()) return read.ToString();
    }
    return differences.text();
  }

 private:
  // What a reservation was told to be.
  struct Told {
    bool canceled = false;
    bool cleaned = false;
    int registered = 0;
    int changed = 0;

    Reservation::Status status() const {
      if (canceled) return Reservation::STATUS_REFUNDED;
      return cleaned ? Reservation::STATUS_CLEANED : Reservation::STATUS_PAID;
    }
    payment::PayKind pay_kind() const {
      return registered > 0 && changed == 0 ? payment::PAY_KIND_BANK : payment::PAY_KIND_CREDIT;
    }
  };

  template <class R>
  R Requested(R result) {
    const MutexLock lock(mutex_);
    if (result.ok()) told_.try_emplace(result.reply.id());
    return result;
  }
  template <class R>
  R Canceled(R result) {
    const MutexLock lock(mutex_);
    if (result.ok()) told_[result.reply.id()].canceled = true;
    return result;
  }
  template <class R>
  R Registered(R result) {
    const MutexLock lock(mutex_);
    if (result.ok()) told_[result.reply.reservation_id()].registered = 1;
    return result;
  }
  template <class R>
  R Changed(R result, const std::string& reservation_id) {
    const MutexLock lock(mutex_);
    if (result.ok()) told_[reservation_id].changed = 1;
    return result;
  }

  // Its id.
  std::string Reserve(const Actor& customer) {
    return Requested(Do(customer, kRequest, Wish())).reply.id();
  }
  // The pay method's id.
  std::string Register(const Actor& customer, const std::string& reservation_id) {
    return Registered(Do(customer, kRegister, Account(reservation_id))).reply.id();
  }
  std::string AwaitCleaning(const std::string& reservation_id) {
    cleaning::ListCleaningsRequest request;
    request.set_reservation_id(reservation_id);
    return AwaitRow(cleaner_, kListCleanings, &cleaning::ListCleaningsResponse::cleanings, request);
  }
  void Clean(const std::string& reservation_id) {
    const std::string id = AwaitCleaning(reservation_id);
    Do(cleaner_, kStart, ById<cleaning::StartCleaningRequest>(id));
    if (!Do(cleaner_, kFinish, ById<cleaning::FinishCleaningRequest>(id)).ok()) return;
    const MutexLock lock(mutex_);
    told_[reservation_id].cleaned = true;
  }

  // Paid is what is reserved, once; given back is what is canceled; nobody paid for anything else.
  void CheckMoney(const std::vector<Payment>& payments, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::map<std::string, std::vector<const Payment*>> by_reference;
    for (const Payment& row : payments) by_reference[row.reference_id()].push_back(&row);
    for (const auto& [id, rows] : by_reference) {
      const bool known = told_.contains(id);
      const bool wanted = known && !told_.at(id).canceled;
      differences.Expect("payments of " + id, rows.size(), size_t{1});
      differences.Expect(id + " paid", rows[0]->status() == Payment::STATUS_APPROVED, wanted);
      if (known) differences.Expect("kind of " + id, rows[0]->pay_kind(), told_.at(id).pay_kind());
    }
    for (const auto& [id, told] : told_) {
      differences.Expect("payment of " + id, by_reference.contains(id), true);
    }
  }

  void CheckViews(const std::vector<dashboard::ReservationView>& views, Differences& differences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    differences.Expect("number of views", views.size(), told_.size());
    for (const auto& view : views) {
      const Told& told = told_[view.reservation_id()];
      differences.Expect(view.reservation_id() + " shown",
                         dashboard::ReservationView::Status_Name(view.status()),
                         Reservation::Status_Name(told.status()));
      differences.Expect("shown kind of " + view.reservation_id(), view.pay_kind(),
                         told.pay_kind());
    }
  }

  absl::Status CheckReservations(Differences& differences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (const auto& [id, told] : told_) {
      const auto row = admin_.Call(kGetReservation, ById<reservation::GetReservationRequest>(id));
      if (!row.ok()) return ToStatus(row);
      differences.Expect(id, Reservation::Status_Name(row.reply.status()),
                         Reservation::Status_Name(told.status()));
      differences.Expect("kind of " + id, row.reply.pay_kind(), told.pay_kind());
    }
    return absl::OkStatus();
  }

  // One of each, for all that happened.
  absl::Status CheckMessages(Differences& differences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto messages = All(admin_, kListMessages, &message::ListMessagesResponse::messages);
    if (!messages.ok()) return messages.status();
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const auto& row : *messages) ++counts[{row.subject_id(), row.kind()}];
    for (const auto& [id, told] : told_) {
      const std::pair<const char*, int> wanted[] = {{"PaymentApproved", 1},
                                                    {"PaymentCanceled", told.canceled ? 1 : 0},
                                                    {"CleaningConfirmed", told.cleaned ? 1 : 0},
                                                    {"PaymethodRegistered", told.registered},
                                                    {"PaymethodChanged", told.changed}};
      for (const auto& [kind, count] : wanted) {
        differences.Expect(absl::StrCat(kind, " messages of ", id), counts[{id, kind}], count);
      }
    }
    return absl::OkStatus();
  }

  const Actor customer_ = By("customer", "jiwoo");
  const Actor cleaner_ = By("cleaner", "sora");
  const Actor admin_ = By("admin", "root");
  // Acknowledged, by reservation.
  std::map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<People> HomecleaningPeople(System& system) {
  return std::make_unique<Homecleaning>(system);
}

}  // namespace maru::harness
