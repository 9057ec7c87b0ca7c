// The log's own RocksDB: few large writes, each read about once per group of subscribers.
#ifndef MARU_MESH_BROKER_ENGINE_H_
#define MARU_MESH_BROKER_ENGINE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/store/backend.h"
#include "common/store/rocksdb_backend.h"

namespace maru::broker {

// `options` with what the log decides: all but folder, `env`, `disk_space`, the floor and `adjust`,
// which comes after ours (README.md, "Engine").
maru::store::RocksDbOptions EngineOptions(maru::store::RocksDbOptions options);
// Errors as of OpenRocksDb.
absl::StatusOr<std::unique_ptr<maru::store::Backend>> OpenEngine(
    maru::store::RocksDbOptions options, const Clock& clock);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_ENGINE_H_
