#include "common/events/admin.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/events/generations.h"
#include "common/store/page.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::events {

namespace {

absl::Status NotParked(const std::string& name) {
  return options::v1::errors::NotFound("parked event", name);
}

// Parking's plain codes as this service's reasons.
absl::Status Explain(const absl::Status& status, const std::string& name) {
  if (absl::IsNotFound(status)) return NotParked(name);
  if (absl::IsFailedPrecondition(status)) return admin::v1::errors::ParkedBehindAnother(name);
  return status;
}

std::string_view NameOf(RelayState state) {
  switch (state) {
    case RelayState::kConnecting:
      return "connecting";
    case RelayState::kPublishing:
      return "publishing";
    case RelayState::kStopped:
      return "stopped";
  }
  return "";
}

std::string_view NameOf(SubscriberState state) {
  switch (state) {
    case SubscriberState::kJoining:
      return "joining";
    case SubscriberState::kRunning:
      return "running";
    case SubscriberState::kPaused:
      return "paused";
    case SubscriberState::kRefused:
      return "stopped";
  }
  return "";
}

std::string TextOf(const absl::Status& status) {
  return status.ok() ? std::string() : status.ToString();
}

void FillPosition(admin::v1::PartitionStatus& partition, const ConsumedPosition& position) {
  partition.set_log_id(position.log_id());
  partition.set_offset(position.offset());
  partition.set_applied_sequence(position.applied_sequence());
  partition.set_parked(position.parked());
}

// What the store knows of all partitions, and the subscriber of those that are assigned here.
void FillPartitions(admin::v1::SubscriptionStatus& to, const std::vector<PositionRow>& rows,
                    const SubscriberReport& report) {
  std::map<TopicPartition, admin::v1::PartitionStatus> partitions;
  for (const PositionRow& row : rows) FillPosition(partitions[row.partition], row.position);
  for (const SubscriberReport::Partition& assigned : report.partitions) {
    admin::v1::PartitionStatus& partition = partitions[assigned.partition];
    FillPosition(partition, assigned.position);
    partition.set_assigned(true);
    partition.set_lag(assigned.lag);
    partition.set_gap(assigned.gap);
  }
  for (auto& [name, partition] : partitions) {
    partition.set_topic(name.topic);
    partition.set_partition(name.partition);
    *to.add_partitions() = std::move(partition);
  }
}

}  // namespace

Admin::Admin(Parts parts, std::string deployment, std::string topic)
    : parts_(parts), deployment_(std::move(deployment)), topic_(std::move(topic)) {}

std::vector<Subscriber*> Admin::Subscribers() const {
  std::vector<Subscriber*> subscribers;
  if (parts_.policies != nullptr) subscribers.push_back(parts_.policies);
  if (parts_.view != nullptr) {
    for (Subscriber* copy : parts_.view->subscribers()) subscribers.push_back(copy);
  }
  return subscribers;
}

Subscriber* Admin::Find(const SubscriptionId& id) const {
  for (Subscriber* subscriber : Subscribers()) {
    if (subscriber->id() == id) return subscriber;
  }
  return nullptr;
}

absl::StatusOr<std::pair<ParkedName, Subscriber*>> Admin::Resolve(const std::string& name) const {
  std::optional<ParkedName> parsed = ParkedName::Parse(name);
  Subscriber* subscriber = parsed.has_value() ? Find(parsed->subscription) : nullptr;
  if (subscriber == nullptr) return NotParked(name);
  return std::pair(*std::move(parsed), subscriber);
}

Moment Admin::Now() const { return Moment::Of(parts_.executor, parts_.random); }

async::Task<absl::StatusOr<admin::v1::Status>> Admin::GetStatus(
    const rpc::CallContext& call, const admin::v1::GetStatusRequest& request) {
  static_cast<void>(call);
  static_cast<void>(request);
  admin::v1::Status status;
  status.set_deployment(deployment_);
  status.set_store_id(parts_.store.store_id());
  status.set_epoch(parts_.store.epoch());
  CO_RETURN_IF_ERROR(co_await FillOutbox(*status.mutable_outbox()));
  CO_RETURN_IF_ERROR(co_await FillSubscriptions(status));
  if (parts_.view != nullptr) {
    const auto read = [](maru::store::Reader& reader) { return ReadGenerations(reader); };
    CO_ASSIGN_OR_RETURN(const ViewGenerations generations, co_await parts_.store.Read(read));
    admin::v1::ViewStatus& view = *status.mutable_view();
    view.set_live(generations.live());
    view.set_building(generations.building());
    *view.mutable_retired() = generations.retired();
    if (generations.has_build_time()) *view.mutable_build_time() = generations.build_time();
  }
  co_return status;
}

async::Task<absl::Status> Admin::FillOutbox(admin::v1::OutboxStatus& outbox) const {
  const RelayReport report = parts_.relay.Report();
  outbox.set_topic(topic_);
  outbox.set_last_sequence(report.last_sequence);
  outbox.set_published_sequence(report.published_sequence);
  outbox.set_waiting(report.last_sequence - report.published_sequence);
  outbox.set_state(std::string(NameOf(report.state)));
  outbox.set_error(TextOf(report.error));
  CO_ASSIGN_OR_RETURN(const std::vector<maru::store::OutboxRow> oldest,
                      co_await parts_.store.ReadOutbox(report.published_sequence, 1, 1));
  event::v1::Event event;
  if (!oldest.empty() && event.ParseFromString(oldest.front().event)) {
    *outbox.mutable_oldest_time() = event.time();
  }
  co_return absl::OkStatus();
}

async::Task<absl::Status> Admin::FillSubscriptions(admin::v1::Status& status) const {
  // Subscribers may come and go while the store is read.
  std::map<SubscriptionId, SubscriberReport> reports;
  for (const Subscriber* subscriber : Subscribers())
    reports[subscriber->id()] = subscriber->Report();
  for (const auto& [id, report] : reports) {
    const auto scan = [&id](maru::store::Reader& reader) { return ScanPositions(reader, id); };
    CO_ASSIGN_OR_RETURN(const std::vector<PositionRow> rows, co_await parts_.store.Read(scan));
    admin::v1::SubscriptionStatus& to = *status.add_subscriptions();
    to.set_name(id.name);
    to.set_generation(id.generation);
    to.set_state(std::string(NameOf(report.state)));
    to.set_error(TextOf(report.error));
    FillPartitions(to, rows, report);
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<admin::v1::ListParkedEventsResponse>> Admin::ListParkedEvents(
    const rpc::CallContext& call, const admin::v1::ListParkedEventsRequest& request) {
  const maru::store::PageRequest page_request{
      request.page_size(), request.page_token(),
      maru::store::ListFingerprint(
          call.method, {request.subscription(), admin::v1::ParkedState_Name(request.state())})};
  const auto shown = [&request](const ParkedRecord& record) {
    return request.state() == admin::v1::PARKED_STATE_UNSPECIFIED ||
           static_cast<int>(record.state()) == static_cast<int>(request.state());
  };
  const auto read = [&](maru::store::Reader& reader) {
    return request.subscription().empty()
               ? maru::store::ListPage(reader, kParkedEvents, page_request, shown)
               : maru::store::ListPage(reader, kParkedEvents, page_request, shown,
                                       request.subscription());
  };
  CO_ASSIGN_OR_RETURN(auto page, co_await parts_.store.Read(read));
  admin::v1::ListParkedEventsResponse response;
  for (const auto& row : page.rows) {
    const auto& [name, generation, topic, partition, key, sequence] = row.key;
    const ParkedName parked{{name, generation}, {{topic, partition}, key, sequence}};
    *response.add_parked_events() = SummaryOf(parked, row.value);
  }
  response.set_next_page_token(std::move(page.next_page_token));
  co_return response;
}

async::Task<absl::StatusOr<admin::v1::ParkedEvent>> Admin::GetParkedEvent(
    const rpc::CallContext& call, const admin::v1::GetParkedEventRequest& request) {
  static_cast<void>(call);
  const std::optional<ParkedName> name = ParkedName::Parse(request.name());
  if (!name.has_value()) co_return NotParked(request.name());
  const auto read = [&name](maru::store::Reader& reader) {
    return FindParked(reader, name->subscription, name->id);
  };
  CO_ASSIGN_OR_RETURN(const std::optional<ParkedRecord> record, co_await parts_.store.Read(read));
  if (!record.has_value()) co_return NotParked(request.name());
  co_return DetailsOf(*name, *record);
}

async::Task<absl::StatusOr<admin::v1::ParkedEvent>> Admin::EditParkedEvent(
    const rpc::CallContext& call, const admin::v1::EditParkedEventRequest& request) {
  CO_ASSIGN_OR_RETURN(const auto resolved, Resolve(request.name()));
  const ParkedName& name = resolved.first;
  const SubscriptionId id = name.subscription;
  const Parking parking = resolved.second->parking();
  const Moment moment = Now();
  admin::v1::ParkedEvent event;
  const auto edit = [&](maru::store::Txn& txn) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<ParkedRecord> record, parking.Find(txn, name.id));
    if (!record.has_value()) return NotParked(request.name());
    ASSIGN_OR_RETURN(std::string value, Edited(name, *record, request));
    RETURN_IF_ERROR(parking.Edit(txn, name.id, std::move(value), call.identity->subject, moment));
    ASSIGN_OR_RETURN(const std::optional<ParkedRecord> edited, parking.Find(txn, name.id));
    event = DetailsOf(name, *edited);
    return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await parts_.store.Apply(edit));
  if (Subscriber* subscriber = Find(id)) subscriber->ParkedChanged(name.id.partition);
  co_return event;
}

async::Task<absl::StatusOr<admin::v1::ReplayParkedEventResponse>> Admin::ReplayParkedEvent(
    const rpc::CallContext& call, const admin::v1::ReplayParkedEventRequest& request) {
  static_cast<void>(call);
  CO_ASSIGN_OR_RETURN(const auto resolved, Resolve(request.name()));
  const ParkedName& name = resolved.first;
  const Parking parking = resolved.second->parking();
  const Moment moment = Now();
  admin::v1::ReplayParkedEventResponse response;
  const auto replay = [&](maru::store::Txn& txn) -> absl::Status {
    RetryOutcome outcome;
    RETURN_IF_ERROR(parking.Replay(txn, name.id, moment, outcome));
    ASSIGN_OR_RETURN(const std::optional<ParkedRecord> left, parking.Find(txn, name.id));
    response.set_applied(!left.has_value());
    if (left.has_value()) *response.mutable_parked_event() = DetailsOf(name, *left);
    return absl::OkStatus();
  };
  const absl::Status status = co_await parts_.store.Apply(replay);
  if (!status.ok()) co_return Explain(status, request.name());
  if (Subscriber* subscriber = Find(name.subscription))
    subscriber->ParkedChanged(name.id.partition);
  co_return response;
}

async::Task<absl::StatusOr<admin::v1::DropParkedEventResponse>> Admin::DropParkedEvent(
    const rpc::CallContext& call, const admin::v1::DropParkedEventRequest& request) {
  static_cast<void>(call);
  CO_ASSIGN_OR_RETURN(const auto resolved, Resolve(request.name()));
  const ParkedName& name = resolved.first;
  const Parking parking = resolved.second->parking();
  const Moment moment = Now();
  const auto drop = [&](maru::store::Txn& txn) { return parking.Drop(txn, name.id, moment); };
  const absl::Status status = co_await parts_.store.Apply(drop);
  if (!status.ok()) co_return Explain(status, request.name());
  if (Subscriber* subscriber = Find(name.subscription))
    subscriber->ParkedChanged(name.id.partition);
  co_return admin::v1::DropParkedEventResponse();
}

async::Task<absl::StatusOr<admin::v1::AcceptGapResponse>> Admin::AcceptGap(
    const rpc::CallContext& call, const admin::v1::AcceptGapRequest& request) {
  static_cast<void>(call);
  SubscriptionId id{request.subscription(), request.generation()};
  if (parts_.view != nullptr && id.name == ViewId(0).name && id.generation == 0) {
    id = parts_.view->subscribers().front()->id();
  }
  Subscriber* subscriber = Find(id);
  const std::string partition = absl::StrCat(request.partition());
  if (subscriber == nullptr) co_return admin::v1::errors::NoGap(request.topic(), partition);
  const TopicPartition what{request.topic(), request.partition()};
  const absl::Status status = co_await subscriber->AcceptGap(what);
  if (absl::IsFailedPrecondition(status))
    co_return admin::v1::errors::NoGap(request.topic(), partition);
  if (absl::IsUnavailable(status) || absl::IsAborted(status))
    co_return options::v1::errors::NotServing();
  CO_RETURN_IF_ERROR(status);
  co_return admin::v1::AcceptGapResponse();
}

async::Task<absl::StatusOr<admin::v1::RebuildViewResponse>> Admin::RebuildView(
    const rpc::CallContext& call, const admin::v1::RebuildViewRequest& request) {
  static_cast<void>(call);
  static_cast<void>(request);
  if (parts_.view == nullptr) co_return admin::v1::errors::NoView();
  CO_ASSIGN_OR_RETURN(const Generation generation, co_await parts_.view->Rebuild());
  admin::v1::RebuildViewResponse response;
  response.set_generation(generation);
  co_return response;
}

}  // namespace maru::events
