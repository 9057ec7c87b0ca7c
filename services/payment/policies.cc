#include "services/payment/policies.h"

#include <optional>
#include <string>

#include "common/base/status.h"
#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/food/order/v1/events.pb.h"
#include "maru/food/store/v1/events.pb.h"
#include "maru/homecleaning/paymethod/v1/events.pb.h"
#include "maru/homecleaning/reservation/v1/events.pb.h"
#include "maru/payment/v1/events.maru.h"
#include "services/payment/payments.h"

namespace maru::payment {
namespace {

using event::v1::Event;
using maru::store::Txn;

// Gives back what was paid for `reference_id`, once.
absl::Status Refund(Txn& txn, const std::string& reference_id) {
  return CancelOnce(txn, reference_id).status();
}

// As ChangePayKind, in one write. A refusal is told by event, once.
absl::Status ChangeKind(Txn& txn, const Provider& provider,
                        const v1::ChangePayKindRequest& request) {
  ASSIGN_OR_RETURN(const auto row, Load(txn, request.reference_id()));
  const std::optional<Charge> charge = ChargeOf(request, row);
  const Decision decision = charge.has_value() ? provider.Decide(*charge) : Decision::kRefused;
  ASSIGN_OR_RETURN(const std::optional<Changed> changed, ChangeOnce(txn, request, row, decision));
  if (changed.has_value() && !changed->event.has_value()) {
    txn.Emit(RefusalOf(request, changed->change, row));
  }
  return absl::OkStatus();
}

void AddHomecleaningPolicies(Provider& provider, events::Policies& on) {
  using homecleaning::paymethod::v1::PaymethodChanged;
  using homecleaning::reservation::v1::CleaningRequestCanceled;
  on.Event<CleaningRequestCanceled>(
      "reservation", [](Txn& txn, const Event&, const CleaningRequestCanceled& event) {
        return Refund(txn, event.reservation_id());
      });
  on.Event<PaymethodChanged>("paymethod",
                             [&provider](Txn& txn, const Event&, const PaymethodChanged& event) {
                               v1::ChangePayKindRequest request;
                               request.set_change_id(event.change_id());
                               request.set_reference_id(event.reservation_id());
                               request.set_customer_id(event.customer_id());
                               request.set_pay_kind(event.kind());
                               request.set_masked_number(event.masked_number());
                               return ChangeKind(txn, provider, request);
                             });
}

void AddFoodPolicies(events::Policies& on) {
  using food::order::v1::OrderCanceled;
  using food::store::v1::StoreRejected;
  on.Event<OrderCanceled>("order", [](Txn& txn, const Event&, const OrderCanceled& event) {
    return Refund(txn, event.order_id());
  });
  on.Event<StoreRejected>("store", [](Txn& txn, const Event&, const StoreRejected& event) {
    return Refund(txn, event.order_id());
  });
}

void AddFashionPolicies(events::Policies& on) {
  using fashion::delivery::v1::DeliveryCanceled;
  on.Event<DeliveryCanceled>("delivery", [](Txn& txn, const Event&, const DeliveryCanceled& event) {
    return Refund(txn, event.order_id());
  });
}

}  // namespace

// A system that takes money adds its handlers here: of what ends the flow that was paid for.
bool AddPolicies(std::string_view system, Provider& provider, events::Policies& on) {
  if (system == "homecleaning") {
    AddHomecleaningPolicies(provider, on);
    return true;
  }
  if (system == "food") {
    AddFoodPolicies(on);
    return true;
  }
  if (system == "fashion") {
    AddFashionPolicies(on);
    return true;
  }
  return false;
}

}  // namespace maru::payment
