#include "services/homecleaning/cleaning/service.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/homecleaning/cleaning/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/homecleaning/cleaning/domain.h"
#include "services/homecleaning/cleaning/tables.h"

namespace maru::homecleaning::cleaning {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

// The cleaning of one reservation, if the reader may see it.
absl::StatusOr<v1::ListCleaningsResponse> OfReservation(Reader& reader, const rpc::Identity& actor,
                                                        const v1::ListCleaningsRequest& request) {
  v1::ListCleaningsResponse response;
  ASSIGN_OR_RETURN(const auto reference, kReferences.Get(reader, request.reservation_id()));
  if (!reference.has_value()) return response;
  ASSIGN_OR_RETURN(const auto row, kCleanings.Get(reader, reference->cleaning_id()));
  const bool wanted =
      row.has_value() && MayRead(*row, actor) &&
      (request.status() == v1::Cleaning::STATUS_UNSPECIFIED || request.status() == row->status());
  if (wanted) *response.add_cleanings() = ToApi(*row);
  return response;
}

}  // namespace

Task<absl::StatusOr<v1::Cleaning>> CleaningService::StartCleaning(
    const CallContext& call, const v1::StartCleaningRequest& request) {
  return store_.Transact(call, {kCleanings.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Cleaning> {
                           ASSIGN_OR_RETURN(const auto row, kCleanings.Get(txn, request.id()));
                           ASSIGN_OR_RETURN(
                               const disk::Cleaning started,
                               Start(row, request.id(), call.identity->subject, txn.Now()));
                           if (started.status() != row->status())
                             kCleanings.Put(txn, started.id(), started);
                           return ToApi(started);
                         });
}

Task<absl::StatusOr<v1::Cleaning>> CleaningService::FinishCleaning(
    const CallContext& call, const v1::FinishCleaningRequest& request) {
  return store_.Transact(call, {kCleanings.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Cleaning> {
                           ASSIGN_OR_RETURN(const auto row, kCleanings.Get(txn, request.id()));
                           ASSIGN_OR_RETURN(
                               const Finished finished,
                               Finish(row, request.id(), call.identity->subject, txn.Now()));
                           if (finished.event.has_value()) {
                             kCleanings.Put(txn, finished.cleaning.id(), finished.cleaning);
                             txn.Emit(*finished.event);
                           }
                           return ToApi(finished.cleaning);
                         });
}

Task<absl::StatusOr<v1::Cleaning>> CleaningService::GetCleaning(
    const CallContext& call, const v1::GetCleaningRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Cleaning> {
    ASSIGN_OR_RETURN(const auto row, kCleanings.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("cleaning", request.id());
    }
    return ToApi(*row);
  });
}

Task<absl::StatusOr<v1::ListCleaningsResponse>> CleaningService::ListCleanings(
    const CallContext& call, const v1::ListCleaningsRequest& request) {
  const PageRequest page = PageRequestOf(
      call, request, {v1::Cleaning::Status_Name(request.status()), request.reservation_id()});
  return store_.Read(
      [=, &call, &request](Reader& reader) -> absl::StatusOr<v1::ListCleaningsResponse> {
        const rpc::Identity& actor = *call.identity;
        if (!request.reservation_id().empty()) return OfReservation(reader, actor, request);
        const auto wanted = [&request](const disk::Cleaning& row) {
          return request.status() == v1::Cleaning::STATUS_UNSPECIFIED ||
                 request.status() == row.status();
        };
        ASSIGN_OR_RETURN(auto found, SeesAll(actor) ? ListPage(reader, kCleanings, page, wanted)
                                                    : ListPage(reader, kCleaningsByCustomer,
                                                               kCleanings, page, actor.subject));
        std::erase_if(found.rows, [&wanted](const auto& row) { return !wanted(row.value); });
        return ToListResponse(found, &v1::ListCleaningsResponse::mutable_cleanings, ToApi);
      });
}

}  // namespace maru::homecleaning::cleaning
