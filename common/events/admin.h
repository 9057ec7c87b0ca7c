// Admin: what an operator may see and do in a context (maru.admin.v1.AdminService; the contract
// says what each method answers). Roles are checked before a call comes here.
#ifndef MARU_COMMON_EVENTS_ADMIN_H_
#define MARU_COMMON_EVENTS_ADMIN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "common/events/admin_parked.h"
#include "common/events/relay.h"
#include "common/events/subscriber.h"
#include "common/events/view_runner.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/admin/v1/admin.maru.h"

namespace maru::events {

// Executor's thread only.
class Admin final : public admin::v1::AdminServiceHandler {
 public:
  // What a context has; all of it outlives the service.
  struct Parts {
    async::Executor& executor;
    Random& random;
    maru::store::Store& store;
    Relay& relay;
    // Null where it has none.
    Subscriber* policies = nullptr;
    ViewRunner* view = nullptr;
  };
  // "datecourse-schedule", "datecourse.schedule".
  Admin(Parts parts, std::string deployment, std::string topic);

  async::Task<absl::StatusOr<admin::v1::Status>> GetStatus(
      const rpc::CallContext& call, const admin::v1::GetStatusRequest& request) override;
  async::Task<absl::StatusOr<admin::v1::ListParkedEventsResponse>> ListParkedEvents(
      const rpc::CallContext& call, const admin::v1::ListParkedEventsRequest& request) override;
  async::Task<absl::StatusOr<admin::v1::ParkedEvent>> GetParkedEvent(
      const rpc::CallContext& call, const admin::v1::GetParkedEventRequest& request) override;
  async::Task<absl::StatusOr<admin::v1::ParkedEvent>> EditParkedEvent(
      const rpc::CallContext& call, const admin::v1::EditParkedEventRequest& request) override;
  async::Task<absl::StatusOr<admin::v1::ReplayParkedEventResponse>> ReplayParkedEvent(
      const rpc::CallContext& call, const admin::v1::ReplayParkedEventRequest& request) override;
  async::Task<absl::StatusOr<admin::v1::DropParkedEventResponse>> DropParkedEvent(
      const rpc::CallContext& call, const admin::v1::DropParkedEventRequest& request) override;
  async::Task<absl::StatusOr<admin::v1::AcceptGapResponse>> AcceptGap(
      const rpc::CallContext& call, const admin::v1::AcceptGapRequest& request) override;
  async::Task<absl::StatusOr<admin::v1::RebuildViewResponse>> RebuildView(
      const rpc::CallContext& call, const admin::v1::RebuildViewRequest& request) override;

 private:
  // What runs here: policies, the live view, the copy that is built.
  std::vector<Subscriber*> Subscribers() const;
  Subscriber* Find(const SubscriptionId& id) const;
  // The name and the subscriber that handles it. NOT_FOUND/NOT_FOUND.
  absl::StatusOr<std::pair<ParkedName, Subscriber*>> Resolve(const std::string& name) const;
  Moment Now() const;

  async::Task<absl::Status> FillOutbox(admin::v1::OutboxStatus& outbox) const;
  async::Task<absl::Status> FillSubscriptions(admin::v1::Status& status) const;

  const Parts parts_;
  const std::string deployment_;
  const std::string topic_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_ADMIN_H_
