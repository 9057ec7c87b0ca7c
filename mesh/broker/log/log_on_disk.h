// The broker's log on a simulated disk under a random workload, and what it has to hold at each
// moment.
#ifndef MARU_MESH_BROKER_LOG_LOG_ON_DISK_H_
#define MARU_MESH_BROKER_LOG_LOG_ON_DISK_H_

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/manual_executor.h"
#include "common/store/rocksdb_backend.h"
#include "common/store/store_testing.h"
#include "common/store/testing/simulated_disk.h"
#include "mesh/broker/log/log.h"
#include "mesh/broker/log/log_testing.h"

namespace maru::broker {

// What a log holds: the naive model.
struct LogModel {
  struct TopicModel {
    uint64_t epoch = 0;
    // By sequence, from 1: the last one is the mark. Outlives the topic's logs.
    std::vector<KeyValue> published;
    // Sequences in each partition of the log, by offset.
    std::array<std::vector<uint64_t>, events::kPartitions> partitions;
    bool exists = false;
  };
  std::map<std::string, TopicModel> topics;
  // Stores, by group.
  std::map<std::string, std::string> groups;
};

class LogOnDisk {
 public:
  LogOnDisk(std::shared_ptr<maru::store::SimulatedDisk> disk, uint64_t seed);

  // The same log on another disk: a copy of this one.
  std::unique_ptr<LogOnDisk> MovedTo(std::shared_ptr<maru::store::SimulatedDisk> disk) const;

  // Opens the log; its errors, and INTERNAL when its incarnation has not grown.
  absl::Status Open();
  void Close();
  // Compares all that the log holds with what it may hold, and takes that for the truth from now
  // on. The error of a read (DATA_LOSS for what is unreadable), or INTERNAL with the difference.
  absl::Status Verify();
  // Appends a group of frames, or edits a topic or a group. False: it failed and its outcome is
  // unknown.
  bool Step();
  // The reason that the last step was refused for; empty: it was not.
  const std::string& refusal() const { return refusal_; }

  maru::store::SimulatedDisk& disk() { return *disk_; }
  Log& log() { return *log_; }

 private:
  // Offers records again, changed ones and ones with a hole before them: the log has to tell them
  // apart. INTERNAL when it does not.
  absl::Status VerifyMarks();
  bool AppendGroup();
  bool OpenTopic();
  bool DeleteTopic();
  bool BindGroup();
  // What the log holds once the step has ended with `status`.
  bool Settle(const absl::Status& status, LogModel next);
  std::vector<KeyValue> MakeRecords();
  AppendRequest Request(const std::string& topic, v1::Frame frame);
  absl::StatusOr<uint64_t> Append(AppendRequest request);
  // INTERNAL: the log holds something else.
  absl::Status Compare(const LogModel& model);
  absl::Status ComparePartition(const Topic& topic, const LogModel::TopicModel& model,
                                uint32_t partition);

  template <class T>
  T RunNow(async::Task<T> task) {
    return maru::store::RunOn(*executor_, std::move(task));
  }
  uint64_t Below(uint64_t limit) { return random_.Next() % limit; }
  std::string AnyTopic() { return "datecourse.topic-" + std::to_string(Below(3)); }

  const std::shared_ptr<maru::store::SimulatedDisk> disk_;
  const std::unique_ptr<rocksdb::Env> env_;
  SeededRandom random_;
  maru::store::RocksDbOptions options_;
  // The truth; the second, if any, is that with the write whose outcome is unknown.
  std::vector<LogModel> possible_{1};
  uint32_t incarnation_ = 0;
  std::string refusal_;
  uint64_t records_ = 0;
  std::unique_ptr<async::ManualExecutor> executor_;
  std::unique_ptr<Log> log_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_LOG_ON_DISK_H_
