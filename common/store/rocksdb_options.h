// The RocksDB options of a small, durable, quiet database.
#ifndef MARU_COMMON_STORE_ROCKSDB_OPTIONS_H_
#define MARU_COMMON_STORE_ROCKSDB_OPTIONS_H_

#include "common/store/rocksdb_backend.h"
#include "rocksdb/options.h"

namespace maru::store {

rocksdb::Options MakeRocksDbOptions(const RocksDbOptions& options, rocksdb::Env& env);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_ROCKSDB_OPTIONS_H_
