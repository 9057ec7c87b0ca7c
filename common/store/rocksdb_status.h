// RocksDB's errors as ours.
#ifndef MARU_COMMON_STORE_ROCKSDB_STATUS_H_
#define MARU_COMMON_STORE_ROCKSDB_STATUS_H_

#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/status.h"

namespace maru::store {

// OK; UNAVAILABLE: not in the cache (Incomplete); DATA_LOSS: damaged (Corruption) or a file is
// missing; else INTERNAL. The text names `where` and what RocksDB says, which names the file.
absl::Status FromRocksDb(const rocksdb::Status& status, std::string_view where);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_ROCKSDB_STATUS_H_
