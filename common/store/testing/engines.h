// The engines that the conformance suite runs over, with the faults that it needs.
#ifndef MARU_COMMON_STORE_TESTING_ENGINES_H_
#define MARU_COMMON_STORE_TESTING_ENGINES_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/store/backend.h"
#include "common/store/rocksdb_backend.h"

namespace maru::store {

// A disk with one database on it. Faults may be set from any thread.
class Engine {
 public:
  virtual ~Engine() = default;
  // Opens the database; the one opened before must be closed.
  virtual absl::StatusOr<std::unique_ptr<Backend>> Open() = 0;

  virtual void SetDiskFull(bool full) = 0;
  // Runs on the writer's thread between the write of a commit and its sync: may block; an error
  // fails the sync.
  virtual void OnSync(std::function<absl::Status()> hook) = 0;
  // Commits that were synced, since the engine was made.
  virtual uint64_t syncs() const = 0;

  // While the database is closed: changes a row behind the store's back; makes all rows lie on the
  // disk only.
  virtual void Damage(const std::string& key, std::optional<std::string> value) = 0;
  virtual void MakeCold() = 0;
};

struct EngineKind {
  const char* name;
  std::unique_ptr<Engine> (*make)();
};

std::unique_ptr<Engine> MakeMemoryEngine();
// In a folder of its own under testing::TempDir().
std::unique_ptr<Engine> MakeRocksDbEngine();
// The same with a database that is opened by `open`, for those that tune it: OpenRocksDb or what
// calls it.
using OpenBackend =
    std::function<absl::StatusOr<std::unique_ptr<Backend>>(RocksDbOptions, const Clock&)>;
std::unique_ptr<Engine> MakeRocksDbEngine(OpenBackend open);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TESTING_ENGINES_H_
