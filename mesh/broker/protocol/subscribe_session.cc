#include "mesh/broker/protocol/subscribe_session.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "mesh/broker/protocol/durations.h"

namespace maru::broker {
namespace {

// Batches that have this much are sent without waiting for more: a batch may have to come from
// disk.
constexpr size_t kBatchesEnoughBytes = 64 << 10;
static_assert(kBatchesEnoughBytes + kMaxFrameBytes < 1 << 20, "fits into a message of gRPC");

absl::Status Violation(std::string_view what) { return v1::errors::ProtocolViolation(what); }

// "datecourse-viewpage" owns "datecourse-viewpage" and "datecourse-viewpage/view".
bool OwnsGroup(const std::string& subject, const std::string& group) {
  return group == subject || (group.starts_with(subject) && group.size() > subject.size() &&
                              group[subject.size()] == '/');
}

absl::Status CheckJoin(const v1::Join& join) {
  if (join.group().empty() || join.group().size() > kMaxNameBytes)
    return Violation("group must have 1-256 bytes");
  if (join.member().empty() || join.member().size() > kMaxNameBytes)
    return Violation("member must have 1-256 bytes");
  if (join.store_id().empty() || join.store_id().size() > kMaxNameBytes) {
    return Violation("store_id must have 1-256 bytes");
  }
  if (join.topics().empty() || join.topics_size() > kMaxTopicsOfMember)
    return Violation("topics must be 1-256");
  for (const std::string& topic : join.topics()) {
    if (!IsTopicName(topic))
      return Violation("'" + topic.substr(0, kMaxNameBytes) + "' is no topic name");
  }
  const absl::Duration timeout = FromProto(join.session_timeout());
  if (join.has_session_timeout() &&
      (timeout < kMinSessionTimeout || timeout > kMaxSessionTimeout)) {
    return Violation("session_timeout must be 3 s to 5 min");
  }
  return absl::OkStatus();
}

}  // namespace

SubscribeSession::~SubscribeSession() {
  scope_.CancelAll();
  if (group_ != nullptr) group_->Leave(info_.name, *this);
  for (const std::string& topic : info_.topics) env_.log.Unwatch(topic, *this);
}

async::Task<absl::Status> SubscribeSession::Run() {
  scope_.Spawn(Receive());
  // Until Join says how long the client may be silent.
  async::Timer no_join(env_.executor,
                       env_.executor.Now() + env_.options.heartbeat_interval * kMissedHeartbeats,
                       [this] {
                         if (info_.name.empty()) End(v1::errors::SessionExpired("no Join"));
                       });
  co_return co_await UntilEnd();
}

// --- Listening
// --------------------------------------------------------------------------------------------------------

async::Task<void> SubscribeSession::Receive() {
  while (!over()) {
    absl::StatusOr<std::optional<v1::SubscribeRequest>> request = co_await stream_.Read();
    Heard();
    if (!request.ok()) co_return End(std::move(request).status());
    // A half-closed stream cannot be told from a leaving member.
    if (!request->has_value()) co_return End(absl::OkStatus());
    absl::Status status = co_await Take(**request);
    if (!status.ok()) co_return End(std::move(status));
  }
}

async::Task<absl::Status> SubscribeSession::Take(v1::SubscribeRequest& request) {
  if (request.message_case() == v1::SubscribeRequest::kJoin)
    co_return co_await Join(std::move(*request.mutable_join()));
  if (group_ == nullptr) co_return Violation("the first message is not Join");
  switch (request.message_case()) {
    case v1::SubscribeRequest::kStart:
      co_return Start(request.start());
    case v1::SubscribeRequest::kCredit:
      credit_ = request.credit();
      changed_.NotifyAll();
      co_return absl::OkStatus();
    case v1::SubscribeRequest::kProgress:
      TakeProgress(request.progress());
      co_return absl::OkStatus();
    case v1::SubscribeRequest::kReleased:
      group_->Released(info_.name, request.released().generation());
      co_return absl::OkStatus();
    case v1::SubscribeRequest::kLeave:
      End(absl::OkStatus());
      co_return absl::OkStatus();
    case v1::SubscribeRequest::kHeartbeat:
      co_return absl::OkStatus();
    default:
      co_return Violation("a message is empty or of a kind that this broker does not know");
  }
}

async::Task<absl::Status> SubscribeSession::Join(v1::Join join) {
  if (group_ != nullptr) co_return Violation("Join came twice");
  CO_RETURN_IF_ERROR(CheckJoin(join));
  if (!OwnsGroup(subject_, join.group()))
    co_return v1::errors::NotGroupOwner(join.group(), subject_);
  CO_ASSIGN_OR_RETURN(Group* const group,
                      co_await coordinator_.Enter(join.group(), join.store_id()));

  info_.name = join.member();
  info_.topics = {join.topics().begin(), join.topics().end()};
  info_.session_timeout = join.has_session_timeout() ? FromProto(join.session_timeout())
                                                     : env_.options.default_session_timeout;
  credit_ = join.credit();
  v1::Joined& joined = *Say().mutable_joined();
  *joined.mutable_heartbeat_interval() =
      ToProto(std::min(env_.options.heartbeat_interval, info_.session_timeout / kMissedHeartbeats));
  for (const std::string& topic : info_.topics) {
    if (env_.log.Find(topic) == nullptr) joined.add_missing_topics(topic);
    env_.log.Watch(topic, *this);
  }
  group_ = group;
  group->Join(info_, *this);
  Heard();
  scope_.Spawn(WatchSilence(info_.session_timeout));
  scope_.Spawn(Send());
  co_return absl::OkStatus();
}

absl::Status SubscribeSession::Start(const v1::Start& start) {
  for (const v1::PartitionStart& partition : start.partitions()) {
    RETURN_IF_ERROR(StartPartition(partition, start.generation()));
  }
  changed_.NotifyAll();
  return absl::OkStatus();
}

absl::Status SubscribeSession::StartPartition(const v1::PartitionStart& start,
                                              uint64_t generation) {
  const Place place(start.topic(), start.partition());
  const auto found = cursors_.find(place);
  // Revoked, or revoked and assigned anew, while this was under way.
  if (found == cursors_.end() || found->second.generation != generation) return absl::OkStatus();
  Cursor& cursor = found->second;
  const Topic* topic = env_.log.Find(start.topic());
  if (topic == nullptr || topic->log != cursor.share.log)
    return absl::OkStatus();  // its Revoke is under way
  const PartitionState& state = topic->partitions[start.partition()];

  std::optional<v1::GapReason> gap;
  uint64_t offset = 0;
  uint64_t nearest = state.earliest;
  switch (start.from_case()) {
    case v1::PartitionStart::kEarliest:
      break;
    case v1::PartitionStart::kEnd:
      offset = state.end;
      break;
    case v1::PartitionStart::kPosition:
      offset = start.position().offset();
      if (start.position().log_id() != topic->log_id) {
        gap = v1::GAP_REASON_LOG_REPLACED;
      } else if (offset > state.end) {
        gap = v1::GAP_REASON_PAST_END;
        nearest = state.end;
      }
      break;
    case v1::PartitionStart::FROM_NOT_SET:
      return Violation("a PartitionStart says not where from");
  }
  if (!gap.has_value() && offset < state.earliest) gap = v1::GAP_REASON_TRUNCATED;
  cursor.start = ++starts_;
  cursor.accept_gap = start.accept_gap();
  if (gap.has_value() && !start.accept_gap()) {
    cursor.state = CursorState::kGap;
    SendGap(cursor, *topic, offset, nearest, *gap);
    return absl::OkStatus();
  }
  cursor.state = CursorState::kReading;
  cursor.offset = gap.has_value() ? nearest : offset;
  QueueIfReady(place, cursor);
  return absl::OkStatus();
}

void SubscribeSession::TakeProgress(const v1::Progress& progress) {
  for (const v1::PartitionProgress& partition : progress.partitions()) {
    group_->Progress(info_.name, partition.topic(), partition.partition(), partition.next_offset());
  }
}

// --- What the group and the log say
// -----------------------------------------------------------------------------------

void SubscribeSession::OnAssigned(uint64_t generation, const std::vector<Share>& shares) {
  v1::Assigned& assigned = *Say().mutable_assigned();
  assigned.set_generation(generation);
  for (const Share& share : shares) {
    cursors_[{share.topic, share.partition}] = {.share = share, .generation = generation};
    v1::AssignedPartition& partition = *assigned.add_partitions();
    partition.set_topic(share.topic);
    partition.set_partition(share.partition);
    // A topic that is deleted at this very moment is revoked next.
    const Topic* topic = env_.log.Find(share.topic);
    if (topic == nullptr || topic->log != share.log) continue;
    partition.set_log_id(topic->log_id);
    partition.set_earliest(topic->partitions[share.partition].earliest);
    partition.set_end(topic->partitions[share.partition].end);
  }
  changed_.NotifyAll();
}

void SubscribeSession::OnRevoked(uint64_t generation, const std::vector<Share>& shares) {
  v1::Revoke& revoke = *Say().mutable_revoke();
  revoke.set_generation(generation);
  for (const Share& share : shares) {
    cursors_.erase({share.topic, share.partition});
    v1::TopicPartition& partition = *revoke.add_partitions();
    partition.set_topic(share.topic);
    partition.set_partition(share.partition);
  }
  changed_.NotifyAll();
}

void SubscribeSession::OnExpelled(absl::Status why) {
  group_ = nullptr;
  End(std::move(why));
}

void SubscribeSession::OnTopicChanged(const Topic& topic) {
  for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
    const Place place(topic.name, partition);
    if (const auto found = cursors_.find(place); found != cursors_.end())
      QueueIfReady(place, found->second);
  }
}

void SubscribeSession::QueueIfReady(const Place& place, Cursor& cursor) {
  if (cursor.queued || cursor.state != CursorState::kReading) return;
  const Topic* topic = env_.log.Find(place.first);
  if (topic == nullptr || topic->log != cursor.share.log) return;
  if (cursor.offset >= topic->partitions[place.second].end) return;
  cursor.queued = true;
  ready_.push_back(place);
  changed_.NotifyAll();
}

// --- Talking
// ----------------------------------------------------------------------------------------------------------

async::Task<void> SubscribeSession::Send() {
  const absl::Duration interval =
      std::min(env_.options.heartbeat_interval, info_.session_timeout / kMissedHeartbeats);
  Instant heartbeat = env_.executor.Now() + interval;
  while (true) {
    v1::SubscribeResponse response;
    if (!co_await NextResponse(response)) {
      if (co_await changed_.WaitUntil(heartbeat)) continue;
      response.mutable_heartbeat();
    }
    if (!(co_await stream_.Write(response)).ok()) co_return;  // Receive says why
    heartbeat = env_.executor.Now() + interval;
  }
}

async::Task<bool> SubscribeSession::NextResponse(v1::SubscribeResponse& response) {
  if (draining_ && !drain_sent_) {
    drain_sent_ = true;
    response.mutable_drain();
    co_return true;
  }
  v1::Batches batches;
  size_t bytes = 0;
  while (outbox_.empty() && !draining_ && !ready_.empty() && HasCredit() &&
         bytes < kBatchesEnoughBytes) {
    bytes += co_await NextBatch(batches);
  }
  if (bytes > 0) {
    *response.mutable_batches() = std::move(batches);
    co_return true;
  }
  if (outbox_.empty()) co_return false;
  response = std::move(outbox_.front());
  outbox_.pop_front();
  co_return true;
}

bool SubscribeSession::HasCredit() const {
  return delivered_records_ < credit_.records() && delivered_bytes_ < credit_.bytes();
}

async::Task<size_t> SubscribeSession::NextBatch(v1::Batches& batches) {
  const Place place = std::move(ready_.front());
  ready_.pop_front();
  auto found = cursors_.find(place);
  if (found == cursors_.end()) co_return 0;
  found->second.queued = false;
  const Topic* topic = env_.log.Find(place.first);
  if (found->second.state != CursorState::kReading || topic == nullptr ||
      topic->log != found->second.share.log) {
    co_return 0;
  }
  const uint64_t start = found->second.start;
  ReadRequest request;
  request.topic_number = topic->number;
  request.log = topic->log;
  request.partition = place.second;
  request.offset = found->second.offset;
  request.end = topic->partitions[place.second].end;
  request.max_records = credit_.records() - delivered_records_;
  request.max_bytes = std::min<uint64_t>(kMaxFrameBytes, credit_.bytes() - delivered_bytes_);
  if (request.offset >= request.end) co_return 0;
  absl::StatusOr<ReadResult> result = co_await env_.log.Read(request);
  if (!result.ok()) {
    End(std::move(result).status());
    co_return 0;
  }
  // Meanwhile the partition may have been revoked, started anew, or its topic deleted.
  found = cursors_.find(place);
  topic = env_.log.Find(place.first);
  if (found == cursors_.end() || found->second.start != start ||
      found->second.state != CursorState::kReading || topic == nullptr ||
      topic->log != request.log) {
    co_return 0;
  }
  if (auto* chunk = std::get_if<Chunk>(&*result))
    co_return FillBatch(found->second, *topic, std::move(*chunk), *batches.add_batches());
  NoteUnreadable(found->second, *topic, std::get<Unreadable>(*result));
  co_return 0;
}

size_t SubscribeSession::FillBatch(Cursor& cursor, const Topic& topic, Chunk chunk,
                                   v1::Batch& batch) {
  const size_t bytes = chunk.records.size();
  delivered_records_ += chunk.count;
  delivered_bytes_ += bytes;
  cursor.offset += chunk.count;
  QueueIfReady({topic.name, cursor.share.partition}, cursor);
  batch.set_topic(topic.name);
  batch.set_partition(cursor.share.partition);
  batch.set_log_id(topic.log_id);
  batch.set_base_offset(chunk.base_offset);
  batch.set_end_offset(topic.partitions[cursor.share.partition].end);
  v1::Frame& frame = *batch.mutable_frame();
  frame.set_first_sequence(chunk.first_sequence);
  frame.set_last_sequence(chunk.last_sequence);
  frame.set_count(chunk.count);
  frame.set_crc32c(chunk.crc32c);
  frame.set_records(std::move(chunk.records));
  return bytes;
}

void SubscribeSession::NoteUnreadable(Cursor& cursor, const Topic& topic,
                                      const Unreadable& unreadable) {
  if (cursor.accept_gap) {
    cursor.offset = unreadable.next_offset;
    QueueIfReady({topic.name, cursor.share.partition}, cursor);
    return;
  }
  cursor.state = CursorState::kGap;
  const auto reason = unreadable.why == Unreadable::Why::kTruncated ? v1::GAP_REASON_TRUNCATED
                                                                    : v1::GAP_REASON_DAMAGED;
  SendGap(cursor, topic, cursor.offset, unreadable.next_offset, reason);
}

void SubscribeSession::SendGap(const Cursor& cursor, const Topic& topic, uint64_t offset,
                               uint64_t earliest, v1::GapReason reason) {
  v1::Gap& gap = *Say().mutable_gap();
  gap.set_topic(topic.name);
  gap.set_partition(cursor.share.partition);
  gap.set_log_id(topic.log_id);
  gap.set_offset(offset);
  gap.set_earliest(earliest);
  gap.set_end(topic.partitions[cursor.share.partition].end);
  gap.set_reason(reason);
  changed_.NotifyAll();
}

}  // namespace maru::broker
