// BrokerAdminService: what operators see and change.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/base/timestamp.h"
#include "maru/event/v1/event.pb.h"
#include "maru/options/v1/reasons.maru.h"
#include "mesh/broker/log/record_set.h"
#include "mesh/broker/protocol/durations.h"
#include "mesh/broker/service.h"

namespace maru::broker {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxDamages = 100;
constexpr uint64_t kTailRecords = 256;

v1::Topic Describe(const Topic& topic) {
  v1::Topic proto;
  proto.set_name(topic.name);
  proto.set_log_id(topic.log_id);
  *proto.mutable_create_time() = ToTimestamp(topic.create_time);
  if (topic.retention.max_age != absl::InfiniteDuration()) {
    *proto.mutable_retention()->mutable_max_age() = ToProto(topic.retention.max_age);
  }
  if (topic.retention.max_bytes != 0)
    proto.mutable_retention()->set_max_bytes(topic.retention.max_bytes);
  proto.set_owner(OwnerOf(topic.name));
  proto.set_epoch(topic.epoch);
  proto.set_mark(topic.mark);
  for (uint32_t i = 0; i < events::kPartitions; ++i) {
    v1::TopicPartitionState& state = *proto.add_partitions();
    state.set_partition(i);
    state.set_earliest(topic.partitions[i].earliest);
    state.set_end(topic.partitions[i].end);
  }
  return proto;
}

absl::StatusOr<Retention> RetentionOf(const v1::Retention& proto) {
  Retention retention;
  retention.max_bytes = proto.max_bytes();
  if (proto.has_max_age()) {
    retention.max_age = FromProto(proto.max_age());
    if (retention.max_age < absl::Seconds(1)) {
      return rpc::InvalidField("retention.max_age", "must be at least one second");
    }
  }
  return retention;
}

// The first name of a page and the token of the next one: tokens are names, there is nothing to
// hide.
template <class Map, class Each>
std::string Page(const Map& rows, int page_size, const std::string& token, Each each) {
  int left = page_size == 0 ? kDefaultPageSize : page_size;
  std::string last;
  for (auto row = rows.upper_bound(token); row != rows.end(); ++row) {
    if (left == 0) return last;
    if (!each(row->first, row->second)) continue;
    last = row->first;
    --left;
  }
  return "";
}

absl::Status NoTopic(std::string_view name) { return options::v1::errors::NotFound("topic", name); }

}  // namespace

async::Task<absl::StatusOr<v1::ListTopicsResponse>> BrokerAdminService::ListTopics(
    const rpc::CallContext&, const v1::ListTopicsRequest& request) {
  v1::ListTopicsResponse response;
  response.set_next_page_token(Page(log_.topics(), request.page_size(), request.page_token(),
                                    [&](const std::string&, const Topic& topic) {
                                      if (topic.exists()) *response.add_topics() = Describe(topic);
                                      return topic.exists();
                                    }));
  co_return response;
}

async::Task<absl::StatusOr<v1::Topic>> BrokerAdminService::GetTopic(
    const rpc::CallContext&, const v1::GetTopicRequest& request) {
  const Topic* topic = log_.Find(request.name());
  if (topic == nullptr) co_return NoTopic(request.name());
  co_return Describe(*topic);
}

async::Task<absl::StatusOr<v1::Topic>> BrokerAdminService::CreateTopic(
    const rpc::CallContext&, const v1::CreateTopicRequest& request) {
  if (!IsTopicName(request.name()))
    co_return rpc::InvalidField("name", "must be <system>.<context>");
  CO_ASSIGN_OR_RETURN(const Retention retention, RetentionOf(request.retention()));
  CO_ASSIGN_OR_RETURN(const Topic topic, co_await log_.CreateTopic(request.name(), retention));
  co_return Describe(topic);
}

async::Task<absl::StatusOr<v1::Topic>> BrokerAdminService::SetRetention(
    const rpc::CallContext&, const v1::SetRetentionRequest& request) {
  CO_ASSIGN_OR_RETURN(const Retention retention, RetentionOf(request.retention()));
  CO_ASSIGN_OR_RETURN(const Topic topic, co_await log_.SetRetention(request.name(), retention));
  co_return Describe(topic);
}

async::Task<absl::StatusOr<google::protobuf::Empty>> BrokerAdminService::DeleteTopic(
    const rpc::CallContext&, const v1::DeleteTopicRequest& request) {
  CO_RETURN_IF_ERROR(co_await log_.DeleteTopic(request.name(), request.log_id()));
  co_return google::protobuf::Empty();
}

v1::Group BrokerAdminService::DescribeGroup(const std::string& name,
                                            const GroupBinding& binding) const {
  v1::Group proto;
  proto.set_name(name);
  proto.set_store_id(binding.store_id);
  const Group* group = coordinator_.Find(name);
  if (group == nullptr) return proto;
  const GroupReport report = group->Report();
  proto.set_generation(report.generation);
  for (const MemberInfo& info : report.members) {
    v1::GroupMember& member = *proto.add_members();
    member.set_name(info.name);
    for (const std::string& topic : info.topics) member.add_topics(topic);
    *member.mutable_session_timeout() = ToProto(info.session_timeout);
  }
  for (const GroupReport::Partition& from : report.partitions) {
    v1::GroupPartition& partition = *proto.add_partitions();
    partition.set_topic(from.topic);
    partition.set_partition(from.partition);
    partition.set_member(from.member);
    const Topic* topic = log_.Find(from.topic);
    const uint64_t end = topic == nullptr ? 0 : topic->partitions[from.partition].end;
    partition.set_end(end);
    if (!from.next_offset.has_value()) continue;
    partition.set_next_offset(*from.next_offset);
    partition.set_lag(end - std::min(end, *from.next_offset));
  }
  return proto;
}

async::Task<absl::StatusOr<v1::ListGroupsResponse>> BrokerAdminService::ListGroups(
    const rpc::CallContext&, const v1::ListGroupsRequest& request) {
  v1::ListGroupsResponse response;
  response.set_next_page_token(Page(log_.groups(), request.page_size(), request.page_token(),
                                    [&](const std::string& name, const GroupBinding& binding) {
                                      *response.add_groups() = DescribeGroup(name, binding);
                                      return true;
                                    }));
  co_return response;
}

async::Task<absl::StatusOr<google::protobuf::Empty>> BrokerAdminService::ResetGroup(
    const rpc::CallContext&, const v1::ResetGroupRequest& request) {
  CO_RETURN_IF_ERROR(co_await coordinator_.Reset(request.name()));
  co_return google::protobuf::Empty();
}

// --- Streams
// ----------------------------------------------------------------------------------------------------------

namespace {

// Wakes a tailing coroutine when its topic changes.
class TailWatch final : public TopicWatcher {
 public:
  TailWatch(async::Executor& executor, Log& log, std::string topic)
      : log_(log), topic_(std::move(topic)), changed(executor) {
    log_.Watch(topic_, *this);
  }
  ~TailWatch() override { log_.Unwatch(topic_, *this); }
  void OnTopicChanged(const Topic&) override { changed.NotifyAll(); }

 private:
  Log& log_;
  const std::string topic_;

 public:
  async::Signal changed;
};

absl::Status DamagedAt(const std::string& topic, uint32_t partition, uint64_t offset,
                       const std::string& what) {
  return options::v1::errors::DataLoss(
      ToStd(absl::StrCat(topic, " partition ", partition, " offset ", offset, ": ", what)));
}

v1::TailTopicResponse DescribeRecord(uint32_t partition, uint64_t offset,
                                     const RecordView& record) {
  v1::TailTopicResponse response;
  response.set_partition(partition);
  response.set_offset(offset);
  response.set_sequence(record.sequence);
  response.set_key(std::string(record.key));
  response.set_value_bytes(record.value.size());
  event::v1::Event event;
  if (event.ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
    *response.mutable_event() = std::move(event);
  }
  return response;
}

}  // namespace

async::Task<absl::Status> BrokerAdminService::TailTopic(
    const rpc::CallContext&, const v1::TailTopicRequest& request,
    rpc::StreamWriter<v1::TailTopicResponse>& writer) {
  const Topic* topic = log_.Find(request.name());
  if (topic == nullptr) co_return NoTopic(request.name());
  const uint32_t log = topic->log;
  std::array<uint64_t, events::kPartitions> next;
  for (uint32_t i = 0; i < events::kPartitions; ++i) {
    const PartitionState& state = topic->partitions[i];
    next[i] =
        request.has_offset() ? std::clamp(request.offset(), state.earliest, state.end) : state.end;
  }
  uint64_t left = request.limit() == 0 ? UINT64_MAX : request.limit();
  TailWatch watch(executor_, log_, request.name());
  while (true) {
    bool idle = true;
    for (uint32_t i = 0; i < events::kPartitions; ++i) {
      if (request.has_partition() && request.partition() != i) continue;
      topic = log_.Find(request.name());
      if (topic == nullptr || topic->log != log) co_return NoTopic(request.name());
      if (next[i] >= topic->partitions[i].end) continue;
      idle = false;
      const ReadRequest read{
          topic->number, log, i, next[i], topic->partitions[i].end, std::min(left, kTailRecords)};
      CO_ASSIGN_OR_RETURN(const ReadResult result, co_await log_.Read(read));
      if (const auto* bad = std::get_if<Unreadable>(&result)) {
        co_return DamagedAt(request.name(), i, next[i], bad->what);
      }
      const Chunk& chunk = std::get<Chunk>(result);
      RecordSetReader records(chunk.records);
      while (records.Next()) {
        CO_RETURN_IF_ERROR(co_await writer.Write(DescribeRecord(i, next[i]++, records.record())));
        if (--left == 0) co_return absl::OkStatus();
      }
    }
    if (idle) co_await watch.changed.Wait();
  }
}

async::Task<absl::Status> BrokerAdminService::VerifyTopic(
    const rpc::CallContext&, const v1::VerifyTopicRequest& request,
    rpc::StreamWriter<v1::VerifyTopicResponse>& writer) {
  if (log_.Find(request.name()) == nullptr) co_return NoTopic(request.name());
  for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
    CO_ASSIGN_OR_RETURN(const v1::VerifyTopicResponse response,
                        co_await VerifyPartition(request.name(), partition));
    CO_RETURN_IF_ERROR(co_await writer.Write(response));
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::VerifyTopicResponse>> BrokerAdminService::VerifyPartition(
    std::string name, uint32_t partition) {
  const Topic* topic = log_.Find(name);
  if (topic == nullptr) co_return NoTopic(name);
  ReadRequest read{topic->number,
                   topic->log,
                   partition,
                   topic->partitions[partition].earliest,
                   topic->partitions[partition].end,
                   UINT32_MAX};
  // What is in memory says nothing about the disk.
  read.from_disk = true;
  v1::VerifyTopicResponse response;
  response.set_partition(partition);
  while (read.offset < read.end) {
    CO_ASSIGN_OR_RETURN(const ReadResult result, co_await log_.Read(read));
    if (const auto* chunk = std::get_if<Chunk>(&result)) {
      response.set_frames(response.frames() + chunk->frames);
      response.set_records(response.records() + chunk->count);
      response.set_bytes(response.bytes() + chunk->records.size());
      read.offset += chunk->count;
      continue;
    }
    const auto& bad = std::get<Unreadable>(result);
    // What retention has removed meanwhile is no damage.
    if (bad.why == Unreadable::Why::kDamaged && response.damages_size() < kMaxDamages) {
      v1::Damage& damage = *response.add_damages();
      damage.set_offset(read.offset);
      damage.set_what(bad.what);
    }
    read.offset = bad.next_offset;
  }
  co_return response;
}

}  // namespace maru::broker
