// A whole system as real processes: the broker and the contexts of one system, each with its own
// data, on free ports, in a folder of its own.
#ifndef MARU_TESTS_HARNESS_SYSTEM_H_
#define MARU_TESTS_HARNESS_SYSTEM_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "tests/harness/client.h"
#include "tests/harness/processes.h"
#include "tests/workload/methods.h"

namespace maru::harness {

// Otherwise ambiguous with maru::message.
namespace message = workload::message;

// Asks `look` again and again until it returns an empty text ("nothing is wrong") or `within` has
// passed. What was wrong the last time.
std::string Eventually(absl::Duration within, const std::function<std::string()>& look);

// Starting, stopping and killing belong to the thread that made the system; clients and tokens to
// any thread.
class System {
 public:
  struct Options {
    // Where data, keys and logs go; made when missing.
    std::string folder;
    // As in mesh/context/deployments.json.
    std::string system = "datecourse";
    // Flags besides the usual ones, by deployment: {"datecourse-review", {"--log.level=debug"}}.
    std::map<std::string, std::vector<std::string>> flags;
  };

  // Starts every process and waits until each says SERVING.
  static absl::StatusOr<std::unique_ptr<System>> Start(const Options& options);
  // SIGKILLs what still runs.
  ~System();

  // The contexts; then also the broker, first.
  std::vector<std::string> contexts() const;
  std::vector<std::string> processes() const;

  const std::string& address(std::string_view deployment) const;
  // "http://127.0.0.1:27101/metrics" without the scheme's part: "127.0.0.1:27101".
  const std::string& metrics_address(std::string_view deployment) const;
  const std::string& folder() const { return options_.folder; }
  std::string keys_folder() const;
  std::string data_folder(std::string_view deployment) const;
  Process& process(std::string_view deployment);

  // A connection that all callers share.
  Client& client(std::string_view deployment);
  // A user's token, by `maru-cli token`; made once for each role, subject and stores of an owner.
  std::string Token(const std::string& role, const std::string& subject,
                    const std::vector<std::string>& store_ids = {});

  void Kill(std::string_view deployment);
  // SIGTERM, without waiting for its end.
  void Terminate(std::string_view deployment);
  // The process stands still (SIGSTOP) until Resume; its sockets stay open.
  void Suspend(std::string_view deployment);
  void Resume(std::string_view deployment);
  // Starts a process that was killed or stopped, without waiting for it.
  absl::Status Launch(std::string_view deployment);
  absl::Status WaitServing(const std::vector<std::string>& deployments, absl::Duration within);
  // Launch and WaitServing.
  absl::Status Start(std::string_view deployment);
  // Stops the contexts in order (SIGTERM), then the broker. An error names each that did not end
  // with exit code 0.
  absl::Status StopAll();

  // Processes that ended although nobody told them to, and how; empty when there are none.
  std::string SuddenEnds();
  // The last lines of every log.
  std::string LogTails(int lines);

 private:
  struct Part {
    std::string name;
    std::string binary;
    std::string address;
    std::string metrics_address;
    bool is_context = true;
    std::unique_ptr<Process> process;
    std::unique_ptr<Client> client;
  };

  explicit System(Options options) : options_(std::move(options)) {}
  absl::Status Prepare();
  std::vector<std::string> CommandLine(const Part& part) const;
  Part& Find(std::string_view deployment);
  const Part& Find(std::string_view deployment) const;

  const Options options_;
  // The broker first.
  std::vector<Part> parts_;
  Mutex mutex_;
  std::map<std::vector<std::string>, std::string> tokens_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_SYSTEM_H_
