// The manifest: RocksDB's list of the files that make up the database.
//
// RocksDB reads it like its log: up to the first record that seems to be cut off, as after a power
// loss. One flipped bit in the length or the type of a record looks the same, and the database is
// opened as it was before that record, without the tables that have been written since, if only
// the log goes on behind them. So each commit notes in the commit mark how long the manifest was,
// and it must be readable that far before RocksDB may see it.
#ifndef MARU_COMMON_STORE_MANIFEST_H_
#define MARU_COMMON_STORE_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace maru::store {

// A manifest and its synced bytes. Manifests are numbered in order and only grow.
struct ManifestMark {
  uint64_t number = 0;
  uint64_t bytes = 0;

  friend bool operator==(const ManifestMark&, const ManifestMark&) = default;
};

// That of an open database. `last` when RocksDB does not say.
ManifestMark ManifestOf(rocksdb::DB& db, const ManifestMark& last);

// How many bytes of a manifest RocksDB reads before it stops without an error.
uint64_t ReadableBytes(std::string_view manifest);

// Checks a database that is to be opened; `written`: something was committed to it.
// DATA_LOSS, with the file: CURRENT or the manifest that it names is missing, or is that of `noted`
// and not readable up to it. INTERNAL: the file system refuses.
absl::Status CheckManifest(rocksdb::Env& env, const std::string& folder, bool written,
                           const ManifestMark& noted);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_MANIFEST_H_
