#include "tests/workload/homecleaning/customer.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/workload/lists.h"

namespace maru::workload::homecleaning {

using async::Task;
using paymethod::Paymethod;
using reservation::CleaningReservation;

namespace {

constexpr Refusal kNotCancelable{absl::StatusCode::kFailedPrecondition, "NOT_CANCELABLE"};
constexpr Refusal kPaymentRefused{absl::StatusCode::kFailedPrecondition, "PAYMENT_REFUSED"};
constexpr Refusal kPaymethodRefused{absl::StatusCode::kFailedPrecondition, "PAYMETHOD_REFUSED"};
constexpr Refusal kPaymentCanceled{absl::StatusCode::kFailedPrecondition, "PAYMENT_CANCELED"};
constexpr Refusal kNoPayment{absl::StatusCode::kFailedPrecondition, "NO_PAYMENT"};
constexpr Refusal kNotRegistered{absl::StatusCode::kFailedPrecondition, "NOT_REGISTERED"};
constexpr Refusal kTooManyChanges{absl::StatusCode::kFailedPrecondition, "TOO_MANY_CHANGES"};
constexpr Refusal kCanceledWhilePending{absl::StatusCode::kFailedPrecondition,
                                        "CANCELED_WHILE_PENDING"};

payment::PayKind KindOf(bool bank) {
  return bank ? payment::PAY_KIND_BANK : payment::PAY_KIND_CREDIT;
}

bool IsRefused(const std::string& number) { return absl::EndsWith(number, kRefusedDigits); }

// A call that is under way for so long, and a little more.
constexpr size_t kHastyUs = 3000;

}  // namespace

Task<> Customer::Step() {
  switch (Pick(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return Reserve();
    case 5:
    case 6:
    case 7:
      return Cancel();
    case 8:
    case 9:
    case 10:
      return RegisterPaymethod();
    case 11:
    case 12:
    case 13:
      return ChangePaymethod();
    case 14:
      return LookAtReservation();
    case 15:
    case 16:
      return LookAtView();
    case 17:
      return TryForeign();
    case 18:
      return TryRepeat();
    default:
      return TryInvalid();
  }
}

const Wish* Customer::AnyOwn() {
  if (wishes_.empty()) return nullptr;
  const Wish& wish = town_.wishes.at(wishes_[Pick(wishes_.size())]);
  return wish.reservation_id.empty() ? nullptr : &wish;
}

std::string Customer::NewNumber() {
  const uint64_t drawn = Pick(1'000'000'000'000);
  return absl::StrFormat("%012d%s", drawn,
                         OneIn(5) ? kRefusedDigits : absl::StrFormat("%04d", 1000 + Pick(9000)));
}

void Customer::Saw(const std::string& context, const std::string& id, int floor, int status) {
  if (status < floor) {
    Note(absl::StrCat(context, " showed ", id, " as ", status, ", and as ", floor, " before"));
  }
  town_.statuses.Saw(context, id, status);
}

reservation::RequestCleaningRequest Customer::NewRequest() {
  reservation::RequestCleaningRequest request;
  request.set_request_id(NewId());
  request.mutable_request_date()->set_seconds(1'900'000'000);
  request.set_place(request.request_id());
  request.set_customer_name("김민수");
  request.set_price(OneIn(8) ? kLimit + 1 : static_cast<int64_t>(1 + Pick(30'000)));
  if (OneIn(2)) request.set_pay_kind(KindOf(OneIn(2)));
  return request;
}

Task<> Customer::Reserve() {
  const reservation::RequestCleaningRequest request = NewRequest();
  Wish& wish = town_.wishes[request.request_id()];
  wish.customer = subject();
  wish.request = request;
  wishes_.push_back(request.request_id());
  if (OneIn(4)) {
    // Given up in the middle: the next try joins it, or they think better of it.
    wish.unsure = true;
    CallOptions hasty;
    hasty.timeout = absl::Microseconds(300 + Pick(kHastyUs));
    const auto result = co_await actor_.Call(kRequestCleaning, request, hasty);
    wish.reservation_id = PendingRow(result);
    if (!wish.reservation_id.empty() && OneIn(2)) co_return co_await Cancel(request.request_id());
  }
  co_await Insistently(request.request_id());
}

Task<> Customer::Insistently(std::string request_id) {
  Wish& wish = town_.wishes.at(request_id);
  const auto result = co_await Insist(kRequestCleaning, wish.request);
  std::vector<Refusal> refusals;
  const bool dear = wish.request.price() > kLimit;
  if (dear) refusals.push_back(kPaymentRefused);
  if (town_.cancel_asked.contains(wish.reservation_id)) refusals.push_back(kCanceledWhilePending);
  const Verdict verdict = Judge("RequestCleaning", result, /*may_succeed=*/!dear, refusals);
  if (verdict == Verdict::kDone) {
    const CleaningReservation& row = result.reply;
    if (row.status() != CleaningReservation::STATUS_PAID || row.customer_id() != subject() ||
        row.price() != wish.request.price()) {
      Note(absl::StrCat("reserved, got {", row.ShortDebugString(), "}"));
    }
    wish.outcome = Wish::Outcome::kPaid;
    wish.unsure = false;
    wish.reservation_id = row.id();
    wish.position = result.position;
    town_.statuses.Saw(kReservation, row.id(), CleaningReservation::STATUS_PAID);
  } else if (verdict == Verdict::kRefused) {
    // Its contract says no, or surely nothing happened; unless an earlier try did.
    if (!IsOpen(result) || !wish.unsure) wish.outcome = Wish::Outcome::kRefused;
  } else {
    wish.outcome = Wish::Outcome::kUnknown;
    wish.unsure = true;
  }
  const std::string pending = PendingRow(result);
  if (!pending.empty()) wish.reservation_id = pending;
}

Task<> Customer::Cancel() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Reserve();
  co_await Cancel(wish->request.request_id());
}

Task<> Customer::Cancel(std::string request_id) {
  const std::string id = town_.wishes.at(request_id).reservation_id;
  reservation::CancelReservationRequest request;
  request.set_id(id);
  request.set_request_id(NewId());
  town_.cancel_asked.insert(id);
  const auto result = co_await Insist(kCancelReservation, request);
  const Verdict verdict =
      Judge("CancelReservation", result, /*may_succeed=*/true, {kNotCancelable});
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<reservation::CleaningRequestCanceled>(id);
  if (verdict != Verdict::kDone) co_return;
  if (result.reply.status() == CleaningReservation::STATUS_REJECTED) {
    town_.canceled_pending.insert(id);
    // The request that made it is told so.
    if (town_.wishes.at(request_id).reservation_id == id) co_await Insistently(request_id);
  } else {
    town_.deeds.Once<reservation::CleaningRequestCanceled>(id);
  }
}

Task<> Customer::RegisterPaymethod() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Reserve();
  const std::string id = wish->reservation_id;
  const bool paid = wish->outcome == Wish::Outcome::kPaid;
  paymethod::RegisterPaymethodRequest request;
  request.set_reservation_id(id);
  request.set_kind(KindOf(OneIn(2)));
  request.set_number(NewNumber());
  request.set_request_id(NewId());
  std::vector<Refusal> refusals;
  if (town_.paymethod_tried.contains(id)) refusals.push_back(kAlreadyExists);
  if (IsRefused(request.number())) refusals.push_back(kPaymethodRefused);
  const auto result = co_await Insist(kRegisterPaymethod, request);
  if (town_.cancel_asked.contains(id)) refusals.push_back(kPaymentCanceled);
  if (!paid) refusals.insert(refusals.end(), {kNoPayment, kPaymentCanceled});
  const Verdict verdict = Judge("RegisterPaymethod", result,
                                /*may_succeed=*/!IsRefused(request.number()), refusals);
  if (verdict != Verdict::kRefused) town_.paymethod_tried.insert(id);
  if (verdict == Verdict::kUnknown) town_.deeds.Perhaps<paymethod::PaymethodRegistered>(id);
  if (verdict != Verdict::kDone) co_return;
  if (result.reply.status() != Paymethod::STATUS_REGISTERED ||
      absl::StrContains(result.reply.number(), request.number())) {
    Note(absl::StrCat("registered, got {", result.reply.ShortDebugString(), "}"));
  }
  town_.deeds.Once<paymethod::PaymethodRegistered>(id);
}

Task<> Customer::ChangePaymethod() {
  const Instant began = Now();
  const auto own = co_await ReadAll(actor_, kListPaymethods, paymethod::ListPaymethodsRequest(),
                                    &paymethod::ListPaymethodsResponse::mutable_paymethods);
  if (!Listed("ListPaymethods", own.status(), began)) co_return;
  if (own->empty()) co_return co_await RegisterPaymethod();
  const Paymethod row = (*own)[Pick(own->size())];
  paymethod::ChangePaymethodRequest request;
  request.mutable_paymethod()->set_id(row.id());
  // Another number each time: each change is one.
  request.mutable_paymethod()->set_number(NewNumber());
  request.mutable_update_mask()->add_paths("number");
  if (OneIn(2)) {
    request.mutable_paymethod()->set_kind(KindOf(OneIn(2)));
    request.mutable_update_mask()->add_paths("kind");
  }
  request.set_request_id(NewId());
  std::vector<Refusal> refusals = {kTooManyChanges};
  if (row.status() == Paymethod::STATUS_PENDING) refusals.push_back(kNotRegistered);
  const auto result = co_await Insist(kChangePaymethod, request);
  const Verdict verdict = Judge("ChangePaymethod", result, /*may_succeed=*/true, refusals);
  if (verdict == Verdict::kDone) {
    town_.deeds.Again<paymethod::PaymethodChanged>(row.reservation_id());
  } else if (verdict == Verdict::kUnknown) {
    town_.deeds.Perhaps<paymethod::PaymethodChanged>(row.reservation_id());
  }
}

Task<> Customer::LookAtReservation() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Reserve();
  const std::string id = wish->reservation_id;
  reservation::GetReservationRequest request;
  request.set_id(id);
  const int floor = town_.statuses.Floor(kReservation, id);
  const auto result = co_await Insist(kGetReservation, request);
  if (Judge("GetReservation", result, /*may_succeed=*/true, {}) == Verdict::kDone) {
    Saw(kReservation, id, floor, result.reply.status());
  }
}

Task<> Customer::LookAtView() {
  const Wish* const wish = AnyOwn();
  if (wish == nullptr) co_return co_await Reserve();
  const std::string id = wish->reservation_id;
  dashboard::GetReservationViewRequest request;
  request.set_reservation_id(id);
  const int floor = town_.statuses.Floor(kDashboard, id);
  const bool waits = OneIn(2) && !wish->position.empty();
  if (waits) request.set_position(wish->position);
  const auto result = co_await Insist(kGetReservationView, request);
  std::vector<Refusal> refusals;
  if (floor == 0 && !waits) refusals.push_back(kNotFound);
  if (Judge("GetReservationView", result, /*may_succeed=*/true, refusals) == Verdict::kDone) {
    Saw(kDashboard, id, floor, result.reply.status());
  }
}

Task<> Customer::TryForeign() {
  std::string id;
  for (const auto& [request_id, wish] : town_.wishes) {
    if (wish.customer != subject() && !wish.reservation_id.empty()) id = wish.reservation_id;
  }
  if (id.empty()) co_return co_await Reserve();
  reservation::CancelReservationRequest cancel;
  cancel.set_id(id);
  cancel.set_request_id(NewId());
  const auto canceled = co_await Insist(kCancelReservation, cancel);
  ExpectRefusal("somebody else's reservation", canceled, kNotFound);
  paymethod::RegisterPaymethodRequest pay;
  pay.set_reservation_id(id);
  pay.set_kind(payment::PAY_KIND_BANK);
  pay.set_number(NewNumber());
  pay.set_request_id(NewId());
  const auto registered = co_await Insist(kRegisterPaymethod, pay);
  // Canceled before it was ever paid: then it is nobody's. Pending: an earlier try of this kind.
  Judge("a pay method for somebody else's reservation", registered, /*may_succeed=*/false,
        {kNoPayment, kPaymentCanceled, kAlreadyExists});
}

// The first result comes back, whatever became of the reservation.
Task<> Customer::TryRepeat() {
  if (wishes_.empty()) co_return co_await Reserve();
  const std::string request_id = wishes_[Pick(wishes_.size())];
  const Wish wish = town_.wishes.at(request_id);
  if (wish.outcome != Wish::Outcome::kPaid) co_return co_await Insistently(request_id);
  const auto result = co_await Insist(kRequestCleaning, wish.request);
  const Verdict verdict = Judge("a repeat", result, /*may_succeed=*/true, {});
  if (verdict == Verdict::kDone && (result.reply.id() != wish.reservation_id ||
                                    result.reply.status() != CleaningReservation::STATUS_PAID)) {
    Note(absl::StrCat("a repeat of ", wish.reservation_id, " got {",
                      result.reply.ShortDebugString(), "}"));
  }
}

Task<> Customer::TryInvalid() {
  reservation::RequestCleaningRequest request = NewRequest();
  request.set_price(0);
  const auto refused = co_await Insist(kRequestCleaning, request);
  ExpectRefusal("a cleaning for nothing", refused, kInvalidField);
  cleaning::FinishCleaningRequest finish;
  finish.set_id(NewId());
  const auto forbidden = co_await Insist(kFinishCleaning, finish);
  ExpectRefusal("a customer who cleans", forbidden, kRoleRequired);
}

}  // namespace maru::workload::homecleaning
