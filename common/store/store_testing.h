// For tests, here and in other folders: a store in memory that can be crashed and reopened, calls,
// randomness.
#ifndef MARU_COMMON_STORE_STORE_TESTING_H_
#define MARU_COMMON_STORE_STORE_TESTING_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "common/async/executor.h"
#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/base/random.h"
#include "common/base/status.h"
#include "common/rpc/call_context.h"
#include "common/store/memory_backend.h"
#include "common/store/store.h"

namespace maru::store {

// splitmix64 over a seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed = 1) : state_(seed) {}
  uint64_t Next() override {
    uint64_t z = state_.fetch_add(0x9e3779b97f4a7c15) + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  std::atomic<uint64_t> state_;
};

// A call of customer kim; with a `request_id`, one that the store records. `content` stands for the
// request.
inline rpc::CallContext TestCall(std::string request_id = {}, std::string content = {}) {
  rpc::CallContext call;
  auto identity = std::make_shared<rpc::Identity>();
  identity->subject = "kim";
  identity->roles.Add(options::v1::ROLE_CUSTOMER);
  call.identity = std::move(identity);
  call.method = "maru.test.v1.TestService/Write";
  call.deadline = Instant::InfiniteFuture();
  call.trace = {.trace_id = "0af7651916cd43dd8448eb211c80319c",
                .span_id = "b7ad6b7169203331",
                .parent_span_id = {}};
  call.actor = "kim";
  call.request_id = request_id;
  if (!request_id.empty()) {
    content.resize(32, '.');
    call.idempotency = rpc::IdempotencyKey{"kim", std::string(call.method), std::move(request_id),
                                           std::move(content)};
  }
  return call;
}

// Runs `task` on a ManualExecutor until it ends; it must not wait for time.
template <class T>
T RunOn(async::ManualExecutor& executor, async::Task<T> task) {
  std::optional<T> result;
  async::Scope scope;
  scope.Spawn([](async::Task<T> awaited, std::optional<T>& out) -> async::Task<void> {
    out.emplace(co_await std::move(awaited));
  }(std::move(task), result));
  executor.RunUntilIdle();
  MARU_CHECK(result.has_value());
  return *std::move(result);
}

// A store in memory, driven by `executor`. The disk survives Crash.
class TestStore {
 public:
  explicit TestStore(async::Executor& executor, std::string deployment = "datecourse-test",
                     std::string topic = "datecourse.test")
      : executor_(executor) {
    options_.deployment = std::move(deployment);
    options_.topic = std::move(topic);
    options_.steps = &executor_;
    Reopen();
  }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  MemoryDisk& disk() { return disk_; }
  // For the next Reopen.
  StoreOptions& options() { return options_; }

  // Closes the store and loses what was not synced. Nobody may be awaiting it.
  void Crash() {
    store_.reset();
    disk_.Crash(false);
  }
  void Reopen() {
    store_.reset();
    absl::StatusOr<std::unique_ptr<Backend>> backend = MemoryBackend::Open(disk_);
    MARU_CHECK(backend.ok());
    absl::StatusOr<std::unique_ptr<Store>> store =
        Store::Open(options_, *std::move(backend), executor_, random_);
    MARU_CHECK(store.ok());
    store_ = *std::move(store);
  }

 private:
  async::Executor& executor_;
  SeededRandom random_;
  StoreOptions options_;
  MemoryDisk disk_;
  std::unique_ptr<Store> store_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_STORE_TESTING_H_
