// A bounded load on a running datecourse: tests/workload with each person on a thread of
// its own, whatever happens to the processes meanwhile.
#ifndef MARU_TESTS_HARNESS_LOAD_H_
#define MARU_TESTS_HARNESS_LOAD_H_

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/scope.h"
#include "tests/harness/system.h"
#include "tests/harness/system_api.h"
#include "tests/workload/customer.h"
#include "tests/workload/host.h"
#include "tests/workload/ledger.h"

namespace maru::harness {

struct LoadOptions {
  int customers = 8;
  // For everybody, when the load begins; every customer has another one for itself. One more ends
  // at EndCourse.
  int courses = 5;
  // Between two commands of one person: bounds the load.
  absl::Duration think = absl::Milliseconds(3);
  uint64_t seed = 0;
};

class Load {
 public:
  // Registers the courses and starts the customers.
  static absl::StatusOr<std::unique_ptr<Load>> Begin(System& system, const LoadOptions& options);
  // Ends the customers without waiting for what they know.
  ~Load();

  // Commands whose outcome is known.
  uint64_t acknowledged() const;
  // Waits until `more` commands are acknowledged from now on. What is missing, or an empty text.
  std::string AwaitMore(uint64_t more, absl::Duration within = absl::Seconds(30)) const;
  // Deletes the course that ends. It must be possible now.
  absl::Status EndCourse();
  // Lets every customer finish its command, and ends the load.
  void Finish();

  // After Finish.
  Ledger ledger() const;
  // Replies that no rule allows; empty when there are none.
  std::string problems() const;

 private:
  struct Worker {
    Worker(System& system, uint64_t seed) : api(system, seed) {}

    // Before `api`: its thread has ended when the frames go.
    async::Scope scope;
    SystemApi api;
    std::unique_ptr<Member> person;
    std::atomic<uint64_t> acknowledged{0};
    std::promise<void> ended;
    std::future<void> end = ended.get_future();
  };

  Load(System& system, const LoadOptions& options);
  Worker& AddWorker();
  absl::Status Publish();
  absl::StatusOr<std::string> LeaveForeignComment();
  async::Task<> Run(Worker& worker);

  System& system_;
  const LoadOptions options_;
  Courses courses_;
  // What the stranger was told.
  Ledger ledger_;
  // Ends its course, and does nothing else. On the thread of the test.
  SystemApi api_;
  Host ender_;
  Courses::Ref ending_;
  std::atomic<bool> finish_{false};
  std::vector<Host*> hosts_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_LOAD_H_
