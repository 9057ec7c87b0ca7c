#include "services/homecleaning/paymethod/service.h"

#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/homecleaning/paymethod/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/homecleaning/paymethod/domain.h"
#include "services/homecleaning/paymethod/tables.h"

namespace maru::homecleaning::paymethod {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

absl::StatusOr<disk::Paymethod> Begin(Txn& txn, const v1::RegisterPaymethodRequest& request,
                                      const std::string& customer) {
  ASSIGN_OR_RETURN(const auto active,
                   kActivePaymethods.Get(txn, request.reservation_id(), customer));
  ASSIGN_OR_RETURN(const disk::Paymethod row,
                   Register(request, active, customer, txn.Now(), txn.NewId()));
  disk::ActivePaymethod now_active;
  now_active.set_paymethod_id(row.id());
  kActivePaymethods.Put(txn, row.reservation_id(), row.customer_id(), now_active);
  kPaymethodsByCustomer.Put(txn, row.customer_id(), row.id());
  return row;
}

}  // namespace

Task<absl::StatusOr<v1::Paymethod>> PaymethodService::RegisterPaymethod(
    const CallContext& call, const v1::RegisterPaymethodRequest& request) {
  co_return co_await register_paymethod_.Run(
      call, [&](Txn& txn) { return Begin(txn, request, call.identity->subject); });
}

Task<absl::StatusOr<v1::Paymethod>> PaymethodService::ChangePaymethod(
    const CallContext& call, const v1::ChangePaymethodRequest& request) {
  return store_.Transact(
      call, {kPaymethods.KeyOf(request.paymethod().id())},
      [&call, &request](Txn& txn) -> absl::StatusOr<v1::Paymethod> {
        ASSIGN_OR_RETURN(const auto row, kPaymethods.Get(txn, request.paymethod().id()));
        ASSIGN_OR_RETURN(const Changed result,
                         Change(row, request, call.identity->subject, txn.Now(), txn.NewId()));
        if (result.event.has_value()) {
          kPaymethods.Put(txn, result.paymethod.id(), result.paymethod);
          txn.Emit(*result.event);
        }
        return ToApi(result.paymethod);
      });
}

Task<absl::StatusOr<v1::Paymethod>> PaymethodService::GetPaymethod(
    const CallContext& call, const v1::GetPaymethodRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Paymethod> {
    ASSIGN_OR_RETURN(const auto row, kPaymethods.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("paymethod", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListPaymethodsResponse>> PaymethodService::ListPaymethods(
    const CallContext& call, const v1::ListPaymethodsRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {request.reservation_id()});
  return store_.Read([=, &call,
                      &request](Reader& reader) -> absl::StatusOr<v1::ListPaymethodsResponse> {
    const auto wanted = [&request](const disk::Paymethod& row) {
      return row.status() != v1::Paymethod::STATUS_REJECTED &&
             (request.reservation_id().empty() || row.reservation_id() == request.reservation_id());
    };
    const rpc::Identity& actor = *call.identity;
    ASSIGN_OR_RETURN(auto found, actor.Is(options::v1::ROLE_ADMIN)
                                     ? ListPage(reader, kPaymethods, page, wanted)
                                     : ListPage(reader, kPaymethodsByCustomer, kPaymethods, page,
                                                actor.subject));
    std::erase_if(found.rows, [&wanted](const auto& row) { return !wanted(row.value); });
    return ToListResponse(found, &v1::ListPaymethodsResponse::mutable_paymethods, ToApi);
  });
}

}  // namespace maru::homecleaning::paymethod
