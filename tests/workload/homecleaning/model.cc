// What the events of a reservation make of every context's rows: the naive model.
#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/workload/history.h"
#include "tests/workload/homecleaning/checkers.h"
#include "tests/workload/model.h"
#include "tests/workload/problems.h"

namespace maru::workload::homecleaning {

using cleaning::Cleaning;
using dashboard::ReservationView;
using payment::Payment;
using paymethod::Paymethod;
using reservation::CleaningReservation;

namespace {

constexpr char kReservationTopic[] = "homecleaning.reservation";
constexpr char kPaymentTopic[] = "homecleaning.payment";

constexpr Edge<Payment::Status> kPaymentEdges[] = {
    {Payment::STATUS_UNSPECIFIED, Is<payment::PaymentApproved>, Payment::STATUS_APPROVED},
    {Payment::STATUS_APPROVED, Is<payment::PaymentKindChanged>, Payment::STATUS_APPROVED},
    {Payment::STATUS_APPROVED, Is<payment::PaymentKindRefused>, Payment::STATUS_APPROVED},
    {Payment::STATUS_APPROVED, Is<payment::PaymentCanceled>, Payment::STATUS_CANCELED},
    {Payment::STATUS_CANCELED, Is<payment::PaymentKindRefused>, Payment::STATUS_CANCELED},
};

// What one reservation has become.
struct Model {
  bool requested = false;
  bool canceled = false;
  bool cleaned = false;
  Payment::Status payment = Payment::STATUS_UNSPECIFIED;
  payment::PayKind pay_kind = payment::PAY_KIND_UNSPECIFIED;
  // Of the pay method that payment took last; empty: none.
  std::string masked_number;
};

Model ModelOf(const History& history, const std::string& id, Problems& problems) {
  Model model;
  model.requested = history.Has<reservation::CleaningRequested>(id);
  model.canceled = history.Has<reservation::CleaningRequestCanceled>(id);
  model.cleaned = history.Has<cleaning::CleaningConfirmed>(id);
  model.payment = Walk(model.payment, kPaymentEdges, history.Of(id, kPaymentTopic), problems);
  for (const auto& event : history.All<payment::PaymentApproved>(id)) {
    model.pay_kind = event.pay_kind();
  }
  for (const auto& event : history.All<payment::PaymentKindChanged>(id)) {
    model.pay_kind = event.pay_kind();
    model.masked_number = event.masked_number();
  }
  return model;
}

ReservationView ViewOf(const History& history, const std::string& id, const Model& model) {
  ReservationView view;
  view.set_reservation_id(id);
  view.set_status(model.canceled  ? ReservationView::STATUS_REFUNDED
                  : model.cleaned ? ReservationView::STATUS_CLEANED
                                  : ReservationView::STATUS_PAID);
  view.set_pay_kind(model.pay_kind);
  view.set_masked_number(model.masked_number);
  for (const auto& event : history.All<reservation::CleaningRequested>(id)) {
    *view.mutable_request_date() = event.request_date();
    view.set_place(event.place());
    view.set_customer_name(event.customer_name());
    view.set_price(event.price());
    view.set_currency_code(event.currency_code());
  }
  for (const auto& event : history.All<cleaning::CleaningConfirmed>(id)) {
    *view.mutable_clean_time() = event.clean_date();
  }
  for (const event::v1::Event* event : history.Of(id, kReservationTopic)) {
    *(Is<reservation::CleaningRequested>(*event) ? view.mutable_request_time()
                                                 : view.mutable_cancel_time()) = event->time();
  }
  for (const event::v1::Event* event : history.Of(id, kPaymentTopic)) {
    if (Is<payment::PaymentCanceled>(*event)) *view.mutable_refund_time() = event->time();
  }
  return view;
}

void CheckReservation(const Model& model, const CleaningReservation& row, Problems& problems) {
  CleaningReservation want = row;
  want.set_status(!model.requested ? CleaningReservation::STATUS_REJECTED
                  : model.canceled ? CleaningReservation::STATUS_REFUNDED
                  : model.cleaned  ? CleaningReservation::STATUS_CLEANED
                                   : CleaningReservation::STATUS_PAID);
  if (model.requested) want.set_pay_kind(model.pay_kind);
  problems.AddDifference("reservation", want, row);
}

void CheckCleaning(const Model& model, const Town& town, const Cleaning& row, Problems& problems) {
  const auto started = town.cleaners.find(row.reservation_id());
  const bool mine = started == town.cleaners.end() || row.cleaner_id() == started->second;
  const bool rests = row.status() == Cleaning::STATUS_STARTED ||
                     (row.status() == Cleaning::STATUS_OPEN && started == town.cleaners.end());
  const bool decided = model.cleaned    ? row.status() == Cleaning::STATUS_FINISHED
                       : model.canceled ? row.status() == Cleaning::STATUS_CANCELED
                                        : rests;
  if (mine && decided) return;
  problems.Add(absl::StrCat("cleaning {", row.ShortDebugString(), "}, canceled: ", model.canceled,
                            ", cleaned: ", model.cleaned));
}

// Each change that was told is answered, once: taken or refused.
void CheckChanges(const History& history, const std::string& id, Problems& problems) {
  std::map<std::string, int> answers;
  for (const auto& event : history.All<payment::PaymentKindChanged>(id)) {
    ++answers[event.change_id()];
  }
  // A registration that is refused is so in the reply.
  for (const auto& event : history.All<payment::PaymentKindRefused>(id)) {
    ++answers[event.change_id()];
  }
  for (const auto& event : history.All<paymethod::PaymethodRegistered>(id)) {
    --answers[event.paymethod_id()];
  }
  for (const auto& event : history.All<paymethod::PaymethodChanged>(id)) {
    --answers[event.change_id()];
  }
  for (const auto& [change_id, count] : answers) {
    if (count == 0) continue;
    problems.Add(absl::StrCat("change ", change_id, " of ", id, " was answered ", count,
                              " times more than told"));
  }
}

}  // namespace

std::string CheckConsequences(const Stored& stored, const Town&) {
  Problems problems;
  const History history(stored.topics);
  for (const std::string& id : history.ids()) {
    const Model model = ModelOf(history, id, problems);
    for (const size_t count : {history.Count<reservation::CleaningRequested>(id),
                               history.Count<reservation::CleaningRequestCanceled>(id),
                               history.Count<cleaning::CleaningConfirmed>(id),
                               history.Count<paymethod::PaymethodRegistered>(id)}) {
      if (count > 1) problems.Add(absl::StrCat(id, " has an event twice"));
    }
    const bool approved = history.Has<payment::PaymentApproved>(id);
    if (model.requested && !approved) {
      problems.Add(absl::StrCat(id, " was requested without a payment"));
    }
    CheckBoth(id, "its payment is given back", history.Has<payment::PaymentCanceled>(id),
              "it has ended", model.canceled || (!model.requested && approved), problems);
    CheckChanges(history, id, problems);
  }
  return problems.ToString();
}

std::string CheckRows(const Stored& stored, const Town& town) {
  Problems problems;
  Problems walks;  // CheckConsequences tells them.
  const History history(stored.topics);
  auto payments = OnePer(stored.payments, &Payment::reference_id, problems);
  auto cleanings = OnePer(stored.cleanings, &Cleaning::reservation_id, problems);
  auto paymethods = OnePer(stored.paymethods, &Paymethod::reservation_id, problems);
  auto views = OnePer(stored.views, &ReservationView::reservation_id, problems);
  for (const CleaningReservation& row : stored.reservations) {
    const std::string& id = row.id();
    const Model model = ModelOf(history, id, walks);
    CheckReservation(model, row, problems);
    const auto cleaning = Take("a cleaning", id, model.requested, cleanings, problems);
    if (cleaning.has_value()) CheckCleaning(model, town, *cleaning, problems);
    const auto view = Take("a page", id, model.requested, views, problems);
    if (view.has_value()) problems.AddDifference("page", ViewOf(history, id, model), *view);
    const auto way = Take("a pay method", id, history.Has<paymethod::PaymethodRegistered>(id),
                          paymethods, problems);
    if (way.has_value() &&
        (way->status() != Paymethod::STATUS_REGISTERED || way->number() != model.masked_number ||
         way->kind() != model.pay_kind || way->customer_id() != row.customer_id())) {
      problems.Add(absl::StrCat("pay method {", way->ShortDebugString(), "}, payment took ",
                                model.masked_number, " of ",
                                payment::PayKind_Name(model.pay_kind)));
    }
    const auto payment = payments.extract(id);
    if (payment.empty() ? model.payment != Payment::STATUS_UNSPECIFIED
        : model.payment == Payment::STATUS_UNSPECIFIED
            ? payment.mapped().status() == Payment::STATUS_APPROVED
            : payment.mapped().status() != model.payment ||
                  payment.mapped().pay_kind() != model.pay_kind) {
      problems.Add(absl::StrCat("payment of ", id, " is not ", model.payment, ": {",
                                payment.empty() ? "" : payment.mapped().ShortDebugString(), "}"));
    }
  }
  CheckNoneLeft("a payment", payments, problems);
  CheckNoneLeft("a cleaning", cleanings, problems);
  CheckNoneLeft("a pay method", paymethods, problems);
  CheckNoneLeft("a page", views, problems);
  return problems.ToString();
}

}  // namespace maru::workload::homecleaning
