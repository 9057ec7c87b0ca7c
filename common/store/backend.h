// Backend: the ordered key-value engine below the store. Thin on purpose: what can lose data
// (grouping, overlay, order of sync and reply) is the store's own code and runs the same over every
// engine.
#ifndef MARU_COMMON_STORE_BACKEND_H_
#define MARU_COMMON_STORE_BACKEND_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace maru::store {

// Half-open range of keys in byte order; an empty `end` is the end of the key space.
struct KeyRange {
  std::string begin;
  std::string end;
};

enum class Direction { kForward, kReverse };

// Walks a range on a fixed state. `status` tells whether the end is real: check it once Valid() is
// false.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  // Until the next call of Next.
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  // OK; UNAVAILABLE when the tier was kCacheOnly and the data is not cached; DATA_LOSS when it is
  // damaged.
  virtual absl::Status status() const = 0;
};

// How far a read may go.
enum class ReadTier {
  // Never touches the disk.
  kCacheOnly,
  kAll,
  // As kAll, and leaves the cache as it is: for walks over what nobody else is about to read.
  kOnce,
};

// A fixed state of the database. Thread-safe. Released when destroyed; must not outlive its
// backend.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key,
                                                         ReadTier tier) const = 0;
  virtual std::unique_ptr<Cursor> Scan(const KeyRange& range, Direction direction,
                                       ReadTier tier) const = 0;
};

// One change. nullopt deletes.
struct Change {
  std::string key;
  std::optional<std::string> value;
};

// Thread-safe, but only one thread writes.
class Backend {
 public:
  virtual ~Backend() = default;
  // Applies all changes or none, and returns once they are on disk. Keys are distinct.
  // RESOURCE_EXHAUSTED: nothing was written and later writes may succeed (disk full before the log
  // was touched). Any other error: unknown what is on disk; the backend refuses all later writes.
  virtual absl::Status Write(const std::vector<Change>& changes) = 0;
  // The state after the last Write that returned.
  virtual std::unique_ptr<Snapshot> Snap() const = 0;
  // Bytes that the engine still has to rewrite in the background to be in order; what grows under a
  // load that it cannot keep up with. 0 for engines without such work.
  virtual uint64_t DebtBytes() const { return 0; }
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_BACKEND_H_
