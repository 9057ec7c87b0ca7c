#include "services/datecourse/communication/service.h"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/datecourse/communication/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/datecourse/communication/domain.h"
#include "services/datecourse/communication/listing.h"
#include "services/datecourse/communication/tables.h"

namespace maru::datecourse::communication {
namespace {

using async::Task;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Txn;
using rpc::CallContext;

absl::StatusOr<Surroundings> Look(Reader& reader, const v1::RegisterRequest& request,
                                  std::string_view customer) {
  Surroundings surroundings;
  ASSIGN_OR_RETURN(const auto deleted, kDeletedSchedules.Get(reader, request.schedule_id()));
  surroundings.schedule_deleted = deleted.has_value();
  const disk::Communication::Kind kind = ToDisk(request.kind());
  if (!IsUnique(kind)) return surroundings;
  ASSIGN_OR_RETURN(std::optional<disk::ActiveEntry> active,
                   kActiveEntries.Get(reader, customer, request.schedule_id(), kind));
  if (active.has_value()) surroundings.active_id = active->communication_id();
  return surroundings;
}

// Keeps table 33 and the indexes as README.md has them: active rows only.
void Enter(Txn& txn, const disk::Communication& row) {
  if (!IsUnique(row.kind())) {
    kCommentsBySchedule.Put(txn, row.schedule_id(), row.id());
    return;
  }
  disk::ActiveEntry entry;
  entry.set_communication_id(row.id());
  kActiveEntries.Put(txn, row.customer_id(), row.schedule_id(), row.kind(), entry);
  kEntriesByCustomer.Put(txn, row.customer_id(), row.kind(), row.id());
}

void Leave(Txn& txn, const disk::Communication& row) {
  if (!IsUnique(row.kind())) {
    kCommentsBySchedule.Delete(txn, row.schedule_id(), row.id());
    return;
  }
  kActiveEntries.Delete(txn, row.customer_id(), row.schedule_id(), row.kind());
  kEntriesByCustomer.Delete(txn, row.customer_id(), row.kind(), row.id());
}

// Saves and tells what changed, if anything did.
void Save(Txn& txn, const Change& change) {
  if (std::holds_alternative<std::monostate>(change.event)) return;
  kCommunications.Put(txn, change.row.id(), change.row);
  std::visit(
      [&txn](const auto& event) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(event)>, std::monostate>) {
          txn.Emit(event);
        }
      },
      change.event);
}

}  // namespace

Task<absl::StatusOr<v1::Communication>> CommunicationService::Register(
    const CallContext& call, const v1::RegisterRequest& request) {
  return store_.Transact(call, [&call, &request](Txn& txn) -> absl::StatusOr<v1::Communication> {
    const std::string& customer = call.identity->subject;
    ASSIGN_OR_RETURN(const Surroundings surroundings, Look(txn, request, customer));
    ASSIGN_OR_RETURN(const Change change, communication::Register(request, surroundings, customer,
                                                                  txn.Now(), txn.NewId()));
    Save(txn, change);
    Enter(txn, change.row);
    return Show(change.row, *call.identity);
  });
}

Task<absl::StatusOr<v1::Communication>> CommunicationService::ModifyComment(
    const CallContext& call, const v1::ModifyCommentRequest& request) {
  return store_.Transact(
      call, {kCommunications.KeyOf(request.communication().id())},
      [&call, &request](Txn& txn) -> absl::StatusOr<v1::Communication> {
        ASSIGN_OR_RETURN(const auto row, kCommunications.Get(txn, request.communication().id()));
        ASSIGN_OR_RETURN(const Change change, communication::ModifyComment(
                                                  row, request, call.identity->subject, txn.Now()));
        Save(txn, change);
        return Show(change.row, *call.identity);
      });
}

Task<absl::StatusOr<v1::Communication>> CommunicationService::DeleteCommunication(
    const CallContext& call, const v1::DeleteCommunicationRequest& request) {
  return store_.Transact(call, {kCommunications.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Communication> {
                           ASSIGN_OR_RETURN(const auto row, kCommunications.Get(txn, request.id()));
                           ASSIGN_OR_RETURN(
                               const Change change,
                               Delete(row, request.id(), call.identity->subject, txn.Now()));
                           Save(txn, change);
                           if (row->active()) Leave(txn, *row);
                           return Show(change.row, *call.identity);
                         });
}

Task<absl::StatusOr<v1::Communication>> CommunicationService::GetCommunication(
    const CallContext& call, const v1::GetCommunicationRequest& request) {
  return store_.Read([&call, &request](Reader& reader) -> absl::StatusOr<v1::Communication> {
    ASSIGN_OR_RETURN(const auto row, kCommunications.Get(reader, request.id()));
    if (!row.has_value() || !MayRead(*row, *call.identity)) {
      return options::v1::errors::NotFound("communication", request.id());
    }
    return Show(*row, *call.identity);
  });
}

Task<absl::StatusOr<v1::ListCommunicationsResponse>> CommunicationService::ListCommunications(
    const CallContext& call, const v1::ListCommunicationsRequest& request) {
  const std::string& kind = v1::Communication::Kind_Name(request.kind());
  const PageRequest wanted = PageRequestOf(call, request, {request.schedule_id(), kind});
  const Filter filter = {.schedule_id = request.schedule_id(), .kind = ToDisk(request.kind())};
  return store_.Read(
      [wanted, filter, &call](Reader& reader) -> absl::StatusOr<v1::ListCommunicationsResponse> {
        ASSIGN_OR_RETURN(const auto page, List(reader, *call.identity, filter, wanted));
        return ToListResponse(
            page, &v1::ListCommunicationsResponse::mutable_communications,
            [&call](const disk::Communication& row) { return Show(row, *call.identity); });
      });
}

}  // namespace maru::datecourse::communication
