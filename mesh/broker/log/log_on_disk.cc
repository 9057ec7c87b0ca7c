#include "mesh/broker/log/log_on_disk.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/events/partition.h"
#include "common/rpc/error.h"
#include "mesh/broker/engine.h"
#include "rocksdb/options.h"

namespace maru::broker {

namespace {

// Small buffers: flushes, blob files, compactions and new manifests happen within a short workload.
void ShrinkBuffers(rocksdb::Options& rocksdb) {
  rocksdb.write_buffer_size = 64 << 10;  // the least that RocksDB takes
  rocksdb.arena_block_size = 16 << 10;
  rocksdb.level0_file_num_compaction_trigger = 2;
  rocksdb.max_bytes_for_level_base = 128 << 10;
  rocksdb.target_file_size_base = 16 << 10;
  rocksdb.blob_file_size = 128 << 10;
  rocksdb.max_manifest_file_size = 2 << 10;
}

absl::Status Differs(std::string_view what) {
  return absl::InternalError(absl::StrCat("differs: ", std::string(what)));
}

}  // namespace

LogOnDisk::LogOnDisk(std::shared_ptr<maru::store::SimulatedDisk> disk, uint64_t seed)
    : disk_(std::move(disk)), env_(maru::store::MakeSimulatedEnv(disk_)), random_(seed) {
  options_.folder = "/자료/broker";
  options_.env = env_.get();
  options_.adjust = ShrinkBuffers;
}

std::unique_ptr<LogOnDisk> LogOnDisk::MovedTo(
    std::shared_ptr<maru::store::SimulatedDisk> disk) const {
  auto moved = std::make_unique<LogOnDisk>(std::move(disk), /*seed=*/records_);
  moved->possible_ = possible_;
  moved->incarnation_ = incarnation_;
  moved->records_ = records_;
  return moved;
}

absl::Status LogOnDisk::Open() {
  Close();
  executor_ = std::make_unique<async::ManualExecutor>();
  ASSIGN_OR_RETURN(std::unique_ptr<maru::store::Backend> backend, OpenEngine(options_, *executor_));
  Log::Workers workers{std::make_unique<ExecutorWorker>(*executor_),
                       std::make_unique<ExecutorWorker>(*executor_)};
  ASSIGN_OR_RETURN(log_, Log::Open({.tail_cache_bytes = 64 << 10}, std::move(backend), *executor_,
                                   random_, std::move(workers)));
  if (log_->incarnation() <= incarnation_) return Differs("an incarnation came back");
  incarnation_ = log_->incarnation();
  return absl::OkStatus();
}

void LogOnDisk::Close() {
  log_.reset();
  if (executor_ != nullptr) executor_->RunUntilIdle();
}

// --- What the log holds ---

absl::Status LogOnDisk::Verify() {
  absl::Status difference;
  for (const LogModel& possible : possible_) {
    const absl::Status compared = Compare(possible);
    if (compared.ok()) {
      const LogModel truth = possible;
      possible_ = {truth};
      return VerifyMarks();
    }
    if (!absl::IsInternal(compared)) return compared;
    difference.Update(compared);
  }
  return difference;
}

absl::Status LogOnDisk::Compare(const LogModel& model) {
  for (const auto& [name, topic] : log_->topics()) {
    if (!model.topics.contains(name)) return Differs("an unknown topic");
  }
  for (const auto& [name, expected] : model.topics) {
    const auto found = log_->topics().find(name);
    if (found == log_->topics().end()) return Differs(name);
    const Topic& topic = found->second;
    if (topic.exists() != expected.exists || topic.epoch != expected.epoch ||
        topic.mark != expected.published.size()) {
      return Differs(absl::StrCat(name, ": epoch ", topic.epoch, " of ", expected.epoch, ", mark ",
                                  topic.mark, " of ", expected.published.size()));
    }
    for (uint32_t i = 0; expected.exists && i < events::kPartitions; ++i) {
      RETURN_IF_ERROR(ComparePartition(topic, expected, i));
    }
  }
  std::map<std::string, std::string> groups;
  for (const auto& [name, group] : log_->groups()) groups[name] = group.store_id;
  return groups == model.groups ? absl::OkStatus() : Differs("groups");
}

absl::Status LogOnDisk::ComparePartition(const Topic& topic, const LogModel::TopicModel& model,
                                         uint32_t partition) {
  const std::vector<uint64_t>& sequences = model.partitions[partition];
  const PartitionState& state = topic.partitions[partition];
  if (state.earliest != 0 || state.end != sequences.size()) {
    return Differs(
        absl::StrCat(topic.name, "/", partition, " ends at ", state.end, " of ", sequences.size()));
  }
  for (uint64_t offset = 0; offset < state.end;) {
    ReadRequest request{.topic_number = topic.number,
                        .log = topic.log,
                        .partition = partition,
                        .offset = offset,
                        .end = state.end,
                        .max_records = 1 + Below(60)};
    request.from_disk = true;
    ASSIGN_OR_RETURN(const ReadResult result, RunNow(log_->Read(request)));
    if (const auto* unreadable = std::get_if<Unreadable>(&result)) {
      return absl::DataLossError(unreadable->what);
    }
    const Chunk& chunk = std::get<Chunk>(result);
    if (chunk.base_offset != offset || chunk.crc32c != Crc32c(chunk.records))
      return Differs("a chunk");
    for (const v1::Record& record : RecordsOf(chunk.records)) {
      const uint64_t sequence = sequences[offset++];
      const KeyValue& published = model.published[sequence - 1];
      if (record.sequence() != sequence || record.key() != published.key ||
          record.value() != published.value) {
        return Differs(absl::StrCat("record ", sequence, " of ", topic.name));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status LogOnDisk::VerifyMarks() {
  constexpr uint64_t kLast = 40;
  for (const auto& [name, model] : LogModel(possible_.front()).topics) {
    const uint64_t mark = model.published.size();
    if (!model.exists || mark == 0) continue;
    const uint64_t first = mark > kLast ? mark - kLast + 1 : 1;
    std::vector<KeyValue> records(model.published.begin() + static_cast<ptrdiff_t>(first - 1),
                                  model.published.end());
    const auto repeated = Append(Request(name, MakeFrame(first, records)));
    RETURN_IF_ERROR(repeated.status());
    if (*repeated != mark) return Differs("a repeat was stored");
    records[Below(records.size())].value += "!";
    const auto reused = Append(Request(name, MakeFrame(first, records)));
    if (rpc::ReasonOf(reused.status()) != "SEQUENCE_REUSED") return Differs("a reused sequence");
    const auto hole = Append(Request(name, MakeFrame(mark + 2, records)));
    if (rpc::ReasonOf(hole.status()) != "SEQUENCE_HOLE") return Differs("a hole");
  }
  return absl::OkStatus();
}

// --- The workload ---

bool LogOnDisk::Step() {
  if (possible_.front().topics.size() < 3 || Below(12) == 0) return OpenTopic();
  switch (Below(40)) {
    case 0:
      return DeleteTopic();
    case 1:
      return BindGroup();
    case 2:
      // Removes what nobody can see.
      return Settle(RunNow(log_->Clean()), possible_.front());
    default:
      return AppendGroup();
  }
}

bool LogOnDisk::OpenTopic() {
  LogModel next = possible_.front();
  const std::string name = AnyTopic();
  LogModel::TopicModel& topic = next.topics[name];
  topic.epoch += Below(2) + (topic.epoch == 0 ? 1 : 0);
  topic.exists = true;
  return Settle(RunNow(log_->OpenTopic(name, topic.epoch)).status(), std::move(next));
}

bool LogOnDisk::DeleteTopic() {
  const std::string name = AnyTopic();
  const Topic* topic = log_->Find(name);
  if (topic == nullptr) return true;
  LogModel next = possible_.front();
  next.topics[name].exists = false;
  next.topics[name].partitions = {};
  return Settle(RunNow(log_->DeleteTopic(name, topic->log_id)), std::move(next));
}

bool LogOnDisk::BindGroup() {
  LogModel next = possible_.front();
  const std::string name = absl::StrCat("datecourse-viewpage/모임-", Below(5));
  const std::string& store =
      next.groups.emplace(name, absl::StrCat("저장소-", Below(100))).first->second;
  return Settle(RunNow(log_->BindGroup(name, store)).status(), std::move(next));
}

std::vector<KeyValue> LogOnDisk::MakeRecords() {
  std::vector<KeyValue> records(1 + Below(20));
  for (KeyValue& record : records) {
    record.key = absl::StrCat("열쇠-", Below(30));
    record.value = absl::StrCat("코스-", ++records_);
    record.value.resize(record.value.size() + Below(Below(8) == 0 ? 4'000 : 200), '.');
  }
  return records;
}

AppendRequest LogOnDisk::Request(const std::string& topic, v1::Frame frame) {
  const Topic* opened = log_->Find(topic);
  MARU_CHECK(opened != nullptr);
  return {topic, opened->log, opened->epoch, std::move(frame)};
}

absl::StatusOr<uint64_t> LogOnDisk::Append(AppendRequest request) {
  const auto sink = std::make_shared<RecordingSink>();
  log_->Append(std::move(request), sink);
  executor_->RunUntilIdle();
  MARU_CHECK(sink->heard.size() == 1);
  return sink->heard[0];
}

// Frames of several topics, handed over together: one write.
bool LogOnDisk::AppendGroup() {
  LogModel next = possible_.front();
  const auto sink = std::make_shared<RecordingSink>();
  for (uint64_t frames = 1 + Below(4); frames > 0; --frames) {
    const std::string name = AnyTopic();
    if (log_->Find(name) == nullptr) continue;
    LogModel::TopicModel& topic = next.topics[name];
    const std::vector<KeyValue> records = MakeRecords();
    log_->Append(Request(name, MakeFrame(topic.published.size() + 1, records)), sink);
    for (const KeyValue& record : records) {
      topic.published.push_back(record);
      topic.partitions[events::PartitionOf(record.key)].push_back(topic.published.size());
    }
  }
  executor_->RunUntilIdle();
  absl::Status status;
  for (const auto& heard : sink->heard) status.Update(heard.status());
  return Settle(status, std::move(next));
}

bool LogOnDisk::Settle(const absl::Status& status, LogModel next) {
  refusal_ = rpc::ReasonOf(status);
  // It could not read: nothing of it happened.
  if (absl::IsInternal(status) && refusal_.empty()) return true;
  MARU_CHECK(status.ok() == refusal_.empty());
  if (status.ok()) {
    possible_ = {std::move(next)};
  } else if (refusal_ != "DISK_FULL") {
    possible_.push_back(std::move(next));
  }
  return possible_.size() == 1;
}

}  // namespace maru::broker
