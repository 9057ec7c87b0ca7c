// The processes of a test: started as a person would start them, killed as a machine would kill
// them, and never left behind (each dies with the test program, however that ends).
#ifndef MARU_TESTS_HARNESS_PROCESSES_H_
#define MARU_TESTS_HARNESS_PROCESSES_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace maru::harness {

// The repository, and the folder of the programs that were built from it. From the environment that
// ctest sets (MARU_SOURCE_DIR, MARU_BINARY_DIR).
std::string SourceFolder();
std::string ProgramPath(const std::string& name);

struct Ended {
  // 128 + its number when a signal ended it.
  int exit_code = 0;
  // Standard output and standard error.
  std::string output;
};

// Runs a program to its end, whatever that is.
absl::StatusOr<Ended> RunToEnd(const std::vector<std::string>& command);
// Its output; an error with all that it said when it did not end with 0.
absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& command);

// One long-running program. Not thread-safe; to be used from the thread that made it, as the
// program dies with that thread.
class Process {
 public:
  // Output is appended to `log`.
  Process(std::vector<std::string> command, std::string log);
  // SIGKILL, if it runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // It must not run.
  absl::Status Start();
  bool running();
  // 0 when it does not run.
  pid_t pid() const { return pid_; }

  // Sends a signal to a running program; nothing when it does not run.
  void Signal(int number);
  // SIGKILL, and waits until it is gone.
  void Kill();
  // SIGTERM, without waiting: it should end by itself with 0, or by the signal if it has just
  // begun.
  void Terminate();
  // SIGTERM, and waits until it ends by itself with 0. DEADLINE_EXCEEDED: it did not, and was
  // killed. INTERNAL: another exit code, or it did not run.
  absl::Status Stop(absl::Duration within);

  // How it ended without Kill, or after Terminate otherwise than it should: "exit code 74",
  // "signal 6". Empty while it runs, or when it ended as it was told to.
  std::string sudden_end();
  const std::string& log() const { return log_; }

 private:
  // Notes the end of the program, if it has ended.
  void Reap(bool wait);

  const std::vector<std::string> command_;
  const std::string log_;
  pid_t pid_ = 0;
  // Of waitpid, once it has ended.
  std::optional<int> end_;
  // SIGTERM or SIGKILL; 0: neither.
  int told_to_end_ = 0;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_PROCESSES_H_
