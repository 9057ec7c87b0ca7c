// Host: what a server stands on: thread, time, randomness, disk, network, log.
//
// Programs stand on the operating system (grpc_host.h); a simulation puts many servers on one
// thread, under virtual time. Nothing else tells the two apart.
#ifndef MARU_MESH_CONTEXT_HOST_H_
#define MARU_MESH_CONTEXT_HOST_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/transport.h"
#include "common/store/backend.h"
#include "common/store/rocksdb_backend.h"
#include "prometheus/collectable.h"

namespace maru::mesh {

// One per server; outlives all that it hands out. Executor's thread only.
class Host {
 public:
  virtual ~Host() = default;

  virtual async::Executor& executor() = 0;
  virtual Random& random() = 0;
  // Where lines of the log go.
  virtual LogSink log() = 0;
  // Where work runs that waits for the disk; null: on threads of its own.
  virtual async::Executor* disk_steps() = 0;

  // The disk. `options.folder` names it; errors as of OpenRocksDb.
  virtual absl::StatusOr<std::unique_ptr<store::Backend>> OpenBackend(
      store::RocksDbOptions options) = 0;

  // Keys, by folder of the configured one (key_files.h).
  virtual std::unique_ptr<rpc::KeySource> OpenKeys() = 0;

  // A connection of its own to "127.0.0.1:7101".
  virtual std::unique_ptr<rpc::Channel> OpenChannel(const std::string& target) = 0;
  // Serves at `address`, at most `max_calls` at a time. `handler` outlives the result.
  // FAILED_PRECONDITION: the address cannot be listened on; says why.
  virtual absl::StatusOr<std::unique_ptr<rpc::Server>> Listen(const std::string& address,
                                                              size_t max_calls,
                                                              rpc::InboundHandler& handler) = 0;

  // Shows what `sources` collect, read on any thread, at `address` from now on; returns its port.
  // FAILED_PRECONDITION: the address cannot be listened on; says why.
  virtual absl::StatusOr<int> ShowMetrics(
      const std::string& address,
      std::vector<std::shared_ptr<prometheus::Collectable>> sources) = 0;
};

// A server that has started. Executor's thread only; destroyed without Shutdown it is like a crash:
// what is durable stays.
class Serving {
 public:
  virtual ~Serving() = default;
  // Ends in order. Nothing but the destructor may follow.
  virtual async::Task<void> Shutdown() = 0;
  // Not OK once it cannot go on: it should be destroyed, and started anew.
  virtual absl::Status failure() const = 0;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_HOST_H_
