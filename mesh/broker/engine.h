// The log's own RocksDB: few large writes, each read about once per group of subscribers.
#ifndef MARU_MESH_BROKER_ENGINE_H_
#define MARU_MESH_BROKER_ENGINE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/store/backend.h"
#include "common/store/rocksdb_backend.h"

namespace maru::broker {

// `options.folder`, `env`, `disk_space`, the floor and `adjust` (after ours) count; the rest is
// decided here (README.md, "Engine"). Errors as of OpenRocksDb.
absl::StatusOr<std::unique_ptr<maru::store::Backend>> OpenEngine(
    maru::store::RocksDbOptions options, const Clock& clock);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_ENGINE_H_
