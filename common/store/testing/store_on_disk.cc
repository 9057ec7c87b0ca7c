#include "common/store/testing/store_on_disk.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/async/when_all.h"
#include "common/rpc/error.h"
#include "common/store/snapshot_reader.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "rocksdb/options.h"

// Events of this workload: any StringValue, keyed by its text.
namespace google::protobuf {
static std::string_view MaruEventKey(const StringValue& event) { return event.value(); }
static std::string_view MaruEventCorrelationId(const StringValue& event) { return event.value(); }
}  // namespace google::protobuf

namespace maru::store {

namespace {

using google::protobuf::StringValue;

constexpr Table<StringValue, std::string> kNotes(kFirstContextTable, "notes");
// In the table of positions, with a key of our own: this store has no subscriptions.
constexpr Table<StringValue, std::string> kPlace(kPositionTable, "position");
constexpr Table<event::v1::Event, uint64_t> kOutbox(kOutboxTable, "outbox");
constexpr Table<v1::IdempotencyRecord, std::string, std::string, std::string> kRecords(
    kIdempotencyTable, "idempotency records");
constexpr char kPlaceKey[] = "구독";
constexpr uint64_t kNoteKeys = 40;

StringValue Text(std::string text) {
  StringValue value;
  value.set_value(std::move(text));
  return value;
}

// The next position; ids and time never go back, whatever was lost.
absl::StatusOr<std::string> NextPosition(Txn& txn) {
  const std::string id = txn.NewId();
  const int64_t now = absl::ToUnixMicros(txn.Now());
  ASSIGN_OR_RETURN(const std::optional<StringValue> last, kPlace.Get(txn, kPlaceKey));
  if (last.has_value()) {
    const std::vector<std::string> parts = absl::StrSplit(last->value(), ' ');
    int64_t before = 0;
    MARU_CHECK(parts.size() == 2 && absl::SimpleAtoi(parts[1], &before));
    MARU_CHECK(parts[0] < id && before <= now);
  }
  return absl::StrCat(id, " ", now);
}

}  // namespace

std::string StoreState::Summary() const {
  return absl::StrCat(notes.size(), " notes, ", replies.size(), " results, events ",
                      trimmed_sequence + 1, "-", last_sequence, " (", outbox.size(),
                      " in the outbox), position ", position);
}

RocksDbOptions SmallRocksDb(const std::string& folder) {
  RocksDbOptions options;
  options.folder = folder;
  options.write_buffer_bytes = 64 << 10;  // the least that RocksDB takes
  options.block_cache_bytes = 256 << 10;
  options.adjust = [](rocksdb::Options& rocksdb) {
    rocksdb.level0_file_num_compaction_trigger = 2;
    rocksdb.max_bytes_for_level_base = 128 << 10;
    rocksdb.target_file_size_base = 32 << 10;
    rocksdb.max_manifest_file_size = 2 << 10;
  };
  return options;
}

struct StoreOnDisk::Plan {
  std::string request_id;
  // nullopt: deleted.
  std::map<std::string, std::optional<std::string>> notes;
  int events = 0;
  // Refused after it wrote.
  bool refused = false;

  std::string EventText(int i) const { return absl::StrCat(request_id, "/사건-", i); }
  std::string Reply() const { return absl::StrCat("대답 ", request_id); }
  void ApplyTo(StoreState& state, const std::string& position) const {
    if (refused || state.replies.contains(request_id)) return;
    for (const auto& [key, text] : notes) {
      if (text.has_value()) {
        state.notes[key] = *text;
      } else {
        state.notes.erase(key);
      }
    }
    for (int i = 0; i < events; ++i) state.outbox[++state.last_sequence] = EventText(i);
    state.replies[request_id] = Reply();
    state.position = position;
  }
};

StoreOnDisk::StoreOnDisk(std::shared_ptr<SimulatedDisk> disk, uint64_t seed)
    : disk_(std::move(disk)),
      env_(MakeSimulatedEnv(disk_)),
      random_(seed),
      options_(SmallRocksDb("/자료/datecourse-test")) {
  options_.env = env_.get();
}

std::unique_ptr<StoreOnDisk> StoreOnDisk::MovedTo(std::shared_ptr<SimulatedDisk> disk) const {
  auto moved = std::make_unique<StoreOnDisk>(std::move(disk), /*seed=*/commands_);
  moved->options_.adjust = options_.adjust;
  moved->possible_ = possible_;
  moved->store_id_ = store_id_;
  moved->request_ids_ = request_ids_;
  moved->commands_ = commands_;
  return moved;
}

absl::Status StoreOnDisk::Open() { return Open(options_); }

absl::Status StoreOnDisk::Open(RocksDbOptions options) {
  Close();
  // The calendar is not where it was, also before.
  const auto jump = absl::Seconds(static_cast<int64_t>(Below(7200)));
  executor_ = std::make_unique<async::ManualExecutor>(absl::FromUnixSeconds(1'800'000'000) + jump);
  ASSIGN_OR_RETURN(std::unique_ptr<Backend> backend, OpenRocksDb(std::move(options), *executor_));
  StoreOptions store_options;
  store_options.deployment = "datecourse-test";
  store_options.topic = "datecourse.test";
  store_options.steps = executor_.get();
  ASSIGN_OR_RETURN(store_, Store::Open(store_options, std::move(backend), *executor_, random_));
  if (store_id_.empty()) store_id_ = store_->store_id();
  if (store_->store_id() != store_id_) return absl::InternalError("another store id");
  return store_->epoch() == 1 ? absl::OkStatus() : absl::InternalError("another epoch");
}

void StoreOnDisk::Close() {
  if (executor_ != nullptr) executor_->RunUntilIdle();
  store_.reset();
}

absl::Status StoreOnDisk::Verify() {
  ASSIGN_OR_RETURN(StoreState state, Read());
  for (const StoreState& possible : possible_) {
    if (state == possible) {
      possible_ = {std::move(state)};
      return absl::OkStatus();
    }
  }
  std::string difference = absl::StrCat("holds ", state.Summary());
  for (const StoreState& possible : possible_) {
    absl::StrAppend(&difference, "\nmay hold ", possible.Summary());
  }
  return absl::InternalError(difference);
}

absl::Status StoreOnDisk::VerifyUnchanged() {
  ASSIGN_OR_RETURN(const StoreState state, Read());
  const StoreState& acknowledged = possible_.front();
  if (state == acknowledged) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("holds ", state.Summary(), "\nmust hold ", acknowledged.Summary()));
}

absl::StatusOr<StoreState> StoreOnDisk::Read() {
  ASSIGN_OR_RETURN(StoreState state,
                   RunNow(store_->Read([this](Reader& reader) { return ReadRows(reader); })));
  state.last_sequence = store_->last_sequence();
  state.trimmed_sequence = store_->trimmed_sequence();
  // The same by key as by scan.
  for (const auto& [key, text] : state.notes) {
    ASSIGN_OR_RETURN(
        const std::optional<StringValue> note,
        RunNow(store_->Read([&name = key](Reader& reader) { return kNotes.Get(reader, name); })));
    if (!note.has_value() || note->value() != text) {
      return absl::InternalError(absl::StrCat(
          "by key, ", key, " is ", note.has_value() ? note->value().substr(0, 20) : "absent",
          ", by scan ", text.substr(0, 20)));
    }
  }
  for (const std::string& request_id : request_ids_) {
    const rpc::CallContext call = TestCall(request_id);
    ASSIGN_OR_RETURN(const std::optional<rpc::Recorded> recorded,
                     RunNow(store_->Find(*call.idempotency)));
    if (!recorded.has_value()) continue;
    StringValue reply;
    if (!reply.ParseFromString(recorded->reply)) return absl::InternalError("no reply");
    state.replies[request_id] = reply.value();
  }
  return state;
}

absl::StatusOr<StoreState> StoreOnDisk::ReadRows(Reader& reader) {
  StoreState state;
  RETURN_IF_ERROR(kNotes.ForEach(reader, {}, [&](const auto& key, StringValue& note) {
    state.notes[std::get<0>(key)] = note.value();
    return true;
  }));
  bool named_right = true;
  RETURN_IF_ERROR(kOutbox.ForEach(reader, {}, [&](const auto& key, event::v1::Event& event) {
    StringValue text;
    named_right = named_right && text.ParseFromString(event.data()) &&
                  event.sequence() == std::get<0>(key) && event.producer() == "datecourse-test";
    state.outbox[std::get<0>(key)] = text.value();
    return true;
  }));
  if (!named_right) return absl::InternalError("an event is not what its key says");
  ASSIGN_OR_RETURN(const std::optional<StringValue> position, kPlace.Get(reader, kPlaceKey));
  if (position.has_value()) state.position = position->value();
  // Those that nobody asked for would be found here.
  RETURN_IF_ERROR(kRecords.ForEach(reader, {}, [&](const auto& key, v1::IdempotencyRecord&) {
    state.replies[std::get<2>(key)];
    return true;
  }));
  return state;
}

StoreOnDisk::Plan StoreOnDisk::MakePlan() {
  Plan plan;
  // Some are sent again: known, unknown or refused before.
  if (!request_ids_.empty() && Below(8) == 0) {
    plan.request_id = request_ids_[Below(request_ids_.size())];
  } else {
    plan.request_id = absl::StrCat("요청-", ++commands_);
    request_ids_.push_back(plan.request_id);
  }
  plan.refused = Below(10) == 0;
  plan.events = static_cast<int>(Below(3));
  for (uint64_t i = 1 + Below(3); i > 0; --i) {
    std::optional<std::string>& text = plan.notes[absl::StrCat("메모-", Below(kNoteKeys))];
    if (Below(5) == 0) continue;
    text = plan.request_id;
    text->resize(text->size() + Below(Below(8) == 0 ? 12'000 : 1'200), static_cast<char>('a' + i));
  }
  return plan;
}

async::Task<absl::StatusOr<StringValue>> StoreOnDisk::Run(const Plan& plan, std::string& position) {
  const rpc::CallContext call = TestCall(plan.request_id);
  co_return co_await store_->Transact(call,
                                      [&plan, &position](Txn& txn) -> absl::StatusOr<StringValue> {
                                        ASSIGN_OR_RETURN(position, NextPosition(txn));
                                        for (const auto& [key, text] : plan.notes) {
                                          if (text.has_value()) {
                                            kNotes.Put(txn, key, Text(*text));
                                          } else {
                                            kNotes.Delete(txn, key);
                                          }
                                        }
                                        for (int i = 0; i < plan.events; ++i)
                                          txn.Emit(Text(plan.EventText(i)));
                                        kPlace.Put(txn, kPlaceKey, Text(position));
                                        if (plan.refused)
                                          return absl::FailedPreconditionError("refused");
                                        return Text(plan.Reply());
                                      });
}

bool StoreOnDisk::Step() { return Below(12) == 0 ? TrimOutbox() : RunGroup(); }

bool StoreOnDisk::RunGroup() {
  const size_t size = 1 + Below(4);
  std::vector<Plan> plans;
  std::vector<std::string> positions(size);
  std::vector<async::Task<absl::StatusOr<StringValue>>> tasks;
  for (size_t i = 0; i < size; ++i) plans.push_back(MakePlan());
  for (size_t i = 0; i < size; ++i) tasks.push_back(Run(plans[i], positions[i]));
  const auto results = RunNow(async::WhenAll(std::move(tasks)));

  StoreState next = possible_.front();
  absl::Status status;
  for (size_t i = 0; i < size; ++i) {
    const absl::Status result = results[i].status();
    // It could not read: nothing of it happened.
    if (absl::IsInternal(result) || absl::IsDataLoss(result)) continue;
    const bool known = next.replies.contains(plans[i].request_id);
    plans[i].ApplyTo(next, positions[i]);
    if (!rpc::ReasonOf(result).empty()) {
      status.Update(result);
    } else if (plans[i].refused && !known) {
      MARU_CHECK(absl::IsFailedPrecondition(result));
    } else {
      MARU_CHECK(result.ok() && results[i]->value() == plans[i].Reply());
    }
  }
  return Settle(status, std::move(next));
}

bool StoreOnDisk::TrimOutbox() {
  const StoreState& state = possible_.front();
  const uint64_t behind = state.last_sequence - state.trimmed_sequence;
  const uint64_t to = state.trimmed_sequence + Below(behind + 1);
  StoreState next = state;
  next.outbox.erase(next.outbox.begin(), next.outbox.upper_bound(to));
  next.trimmed_sequence = to;
  return Settle(RunNow(store_->TrimOutbox(to)), std::move(next));
}

bool StoreOnDisk::Settle(const absl::Status& status, StoreState next) {
  refusal_ = rpc::ReasonOf(status);
  MARU_CHECK(status.ok() == refusal_.empty());
  if (status.ok()) {
    possible_ = {std::move(next)};
  } else if (refusal_ != "DISK_FULL") {
    possible_.push_back(std::move(next));
  }
  return possible_.size() == 1;
}

}  // namespace maru::store
