// A store on a simulated disk under a random workload, and what it has to hold at each moment.
#ifndef MARU_COMMON_STORE_TESTING_STORE_ON_DISK_H_
#define MARU_COMMON_STORE_TESTING_STORE_ON_DISK_H_

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
#include "common/store/store.h"
#include "common/store/store_testing.h"
#include "common/store/testing/simulated_disk.h"
#include "google/protobuf/wrappers.pb.h"

namespace maru::store {

// All that a store holds: the naive model, and what is read from a store to compare with it.
struct StoreState {
  // A context's rows.
  std::map<std::string, std::string> notes;
  std::map<uint64_t, std::string> outbox;
  uint64_t last_sequence = 0;
  uint64_t trimmed_sequence = 0;
  // Recorded results, by request_id.
  std::map<std::string, std::string> replies;
  // Written by every command that writes, as a consumed position is.
  std::string position;

  friend bool operator==(const StoreState&, const StoreState&) = default;
  // For people who look at a failed test.
  std::string Summary() const;
};

// Small buffers: flushes, compactions and new manifests happen within a short workload.
RocksDbOptions SmallRocksDb(const std::string& folder);

class StoreOnDisk {
 public:
  // The workload and the clock follow from `seed`.
  StoreOnDisk(std::shared_ptr<SimulatedDisk> disk, uint64_t seed);

  // The same store on another disk: a copy of this one.
  std::unique_ptr<StoreOnDisk> MovedTo(std::shared_ptr<SimulatedDisk> disk) const;

  // Opens the store. Its errors.
  absl::Status Open();
  // Opens the store elsewhere than on the disk, with what is on it.
  absl::Status Open(RocksDbOptions options);
  void Close();
  // Compares all that the store holds with what it may hold, and takes that for the truth from now
  // on. The error of a read, or INTERNAL with the difference.
  absl::Status Verify();

  // Compares with what was acknowledged, and takes nothing for the truth.
  absl::Status VerifyUnchanged();

  // Runs one group of commands, or trims the outbox. False: it failed and its outcome is unknown.
  bool Step();
  // The reason that commands of the last step were refused for, by the store; empty: none were.
  const std::string& refusal() const { return refusal_; }

  SimulatedDisk& disk() { return *disk_; }
  Store& store() { return *store_; }
  RocksDbOptions& options() { return options_; }
  async::ManualExecutor& executor() { return *executor_; }
  uint64_t commands() const { return commands_; }

 private:
  struct Plan;
  Plan MakePlan();
  async::Task<absl::StatusOr<google::protobuf::StringValue>> Run(const Plan& plan,
                                                                 std::string& position);
  bool RunGroup();
  bool TrimOutbox();
  // What the store holds once the step has ended with `status`.
  bool Settle(const absl::Status& status, StoreState next);
  absl::StatusOr<StoreState> Read();
  absl::StatusOr<StoreState> ReadRows(Reader& reader);
  template <class T>
  T RunNow(async::Task<T> task) {
    return RunOn(*executor_, std::move(task));
  }
  uint64_t Below(uint64_t limit) { return random_.Next() % limit; }

  const std::shared_ptr<SimulatedDisk> disk_;
  const std::unique_ptr<rocksdb::Env> env_;
  SeededRandom random_;
  RocksDbOptions options_;
  // The truth; the second, if any, is that with the group whose outcome is unknown.
  std::vector<StoreState> possible_{1};
  std::string store_id_;
  std::vector<std::string> request_ids_;
  std::string refusal_;
  uint64_t commands_ = 0;
  std::unique_ptr<async::ManualExecutor> executor_;
  std::unique_ptr<Store> store_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TESTING_STORE_ON_DISK_H_
