// ViewRunner: keeps the copies of a context's view: the live one, which queries read, and while it
// is rebuilt a second one that grows beside it from the beginning of the topics.
//
// A rebuild costs no downtime: the old copy serves and goes on applying; when the new one has
// reached what the log held at its start and is close behind, the old one is held for a moment, the
// new one catches up, and one transaction switches. Then the old copy is deleted in small steps.
// All of it is in the store: after a restart in the middle it goes on.
#ifndef MARU_COMMON_EVENTS_VIEW_RUNNER_H_
#define MARU_COMMON_EVENTS_VIEW_RUNNER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/scope.h"
#include "common/async/task.h"
#include "common/events/environment.h"
#include "common/events/generations.h"
#include "common/events/handlers.h"
#include "common/events/read_your_writes.h"
#include "common/events/subscriber.h"
#include "common/rpc/call_context.h"

namespace maru::events {

struct ViewOptions {
  // "datecourse".
  std::string system;
  // Numbers of the view's tables and indexes: ViewTable::number().
  std::vector<uint32_t> tables;
  // For each copy; the id is filled in.
  SubscriberOptions subscriber;
  // Records that the new copy may be behind when the live one is held.
  uint64_t switch_lag = 1000;
  // How often a rebuild looks whether it can switch, and how long it may hold the live copy: less
  // than a query's deadline.
  absl::Duration switch_interval = absl::Milliseconds(200);
  absl::Duration switch_limit = absl::Milliseconds(500);
  // Rows of a retired copy that are deleted in one transaction, and the pause between two.
  size_t delete_rows = 256;
  absl::Duration delete_pause = absl::Milliseconds(10);
};

// Executor's thread only. Destroying it at any moment is like a crash.
class ViewRunner {
 public:
  // `view` outlives it.
  ViewRunner(Environment environment, ViewOptions options, const View& view);
  ~ViewRunner();

  // Reads what copies there are and starts them: before the first query. Errors: those of the
  // store.
  async::Task<absl::Status> Open();

  // Read-your-writes of a query: before it reads. See Applied.
  async::Task<absl::Status> WaitFor(const rpc::CallContext& call) { return applied_.WaitFor(call); }

  // Starts a rebuild and returns its generation; while one runs, that one's. Errors: the store's.
  async::Task<absl::StatusOr<Generation>> Rebuild();

  // Of the copies that run here: the live one first.
  std::vector<Subscriber*> subscribers() const;
  Applied& applied() { return applied_; }

 private:
  // Of a copy that is not live: what it has applied is nobody's to wait for.
  struct Copy {
    std::unique_ptr<Applied> applied;
    std::unique_ptr<Subscriber> subscriber;
  };

  std::unique_ptr<Subscriber> MakeSubscriber(Generation generation, Applied& applied);
  void StartBuilding(Generation generation);
  // Follows the copy that is built until it is live.
  async::Task<void> Build();
  // Holds the live copy until the new one is level with it and switched to; false: not this time.
  async::Task<bool> TrySwitch();
  void FinishSwitch();
  async::Task<void> Retire(Generation generation);

  const Environment env_;
  const ViewOptions options_;
  const View& view_;
  Applied applied_;
  std::unique_ptr<Subscriber> live_;
  Copy building_;
  async::Scope scope_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_VIEW_RUNNER_H_
