// CommitMark: how far a database had committed, kept outside of its log.
//
// RocksDB recovers its log up to the first record it cannot read. After a power cut that is right:
// what lies there was never synced. But a record that was synced and has been damaged since looks
// the same, and everything behind it would be dropped without a word. So each commit, once durable,
// is noted here: at open, a database that has recovered less than its mark has lost acknowledged
// writes.
//
// The mark is written and not synced: it costs a microsecond, is exact after kill -9, and after a
// power cut as old as the kernel's write-back (about 30 s). It never says more than is durable, so
// it raises no false alarm.
#ifndef MARU_COMMON_STORE_COMMIT_MARK_H_
#define MARU_COMMON_STORE_COMMIT_MARK_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/manifest.h"

namespace rocksdb {
class Env;
class RandomRWFile;
}  // namespace rocksdb

namespace maru::store {

// What was durable when a commit was acknowledged.
struct Commit {
  // Of the last write.
  uint64_t sequence = 0;
  ManifestMark manifest;
};

// Not thread-safe.
class CommitMark {
 public:
  // Opens or creates `file`. INTERNAL: the file system refuses.
  static absl::StatusOr<std::unique_ptr<CommitMark>> Open(rocksdb::Env& env,
                                                          const std::string& file);
  ~CommitMark();

  // The last that was noted; zeros where nothing readable is: a mark that a power cut tore says
  // nothing.
  const Commit& last() const { return last_; }
  // Notes that all of `commit` is durable.
  absl::Status Note(const Commit& commit);

 private:
  explicit CommitMark(std::unique_ptr<rocksdb::RandomRWFile> file);
  absl::Status Load();

  const std::unique_ptr<rocksdb::RandomRWFile> file_;
  Commit last_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_COMMIT_MARK_H_
