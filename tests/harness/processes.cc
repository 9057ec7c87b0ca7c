#include "tests/harness/processes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/status.h"

namespace maru::harness {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  // Without it nothing can be started: run through ctest.
  MARU_CHECK(value != nullptr);
  return value;
}

// Between fork and exec only what is safe after a fork of a program with threads.
[[noreturn]] void Become(char* const* arguments, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent has died before the line above
  const int input = open("/dev/null", O_RDONLY);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  // gRPC and ctest may leave files open that are not ours to hand on.
  close_range(STDERR_FILENO + 1, ~0U, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(arguments[0], arguments);
  _exit(127);
}

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& command, int output) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) Become(arguments.data(), output, parent);
  if (child < 0) return absl::ErrnoToStatus(errno, absl::StrCat("fork for ", command[0]));
  return child;
}

std::string ReadAll(int descriptor) {
  std::string text;
  char buffer[4096];
  ssize_t count;
  while ((count = read(descriptor, buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<size_t>(count));
  }
  return text;
}

// What waitpid says.
std::string Describe(int end) {
  if (WIFEXITED(end)) return absl::StrCat("exit code ", WEXITSTATUS(end));
  return absl::StrCat("signal ", WTERMSIG(end), " (", strsignal(WTERMSIG(end)), ")");
}

constexpr absl::Duration kPoll = absl::Milliseconds(5);

}  // namespace

std::string SourceFolder() { return FromEnvironment("MARU_SOURCE_DIR"); }

std::string ProgramPath(const std::string& name) {
  return absl::StrCat(FromEnvironment("MARU_BINARY_DIR"), "/bin/", name);
}

absl::StatusOr<Ended> RunToEnd(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const absl::StatusOr<pid_t> pid = Spawn(command, ends[1]);
  close(ends[1]);
  Ended ended;
  if (pid.ok()) ended.output = ReadAll(ends[0]);
  close(ends[0]);
  RETURN_IF_ERROR(pid.status());
  int end = 0;
  waitpid(*pid, &end, 0);
  ended.exit_code = WIFEXITED(end) ? WEXITSTATUS(end) : 128 + WTERMSIG(end);
  return ended;
}

absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& command) {
  ASSIGN_OR_RETURN(Ended ended, RunToEnd(command));
  if (ended.exit_code == 0) return std::move(ended.output);
  return absl::InternalError(absl::StrCat(absl::StrJoin(command, " "), ": ", ended.output));
}

Process::Process(std::vector<std::string> command, std::string log)
    : command_(std::move(command)), log_(std::move(log)) {}

Process::~Process() { Kill(); }

absl::Status Process::Start() {
  MARU_CHECK(pid_ == 0);
  const int output = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) return absl::ErrnoToStatus(errno, log_);
  const absl::StatusOr<pid_t> pid = Spawn(command_, output);
  close(output);
  RETURN_IF_ERROR(pid.status());
  pid_ = *pid;
  end_.reset();
  told_to_end_ = 0;
  return absl::OkStatus();
}

bool Process::running() {
  Reap(/*wait=*/false);
  return pid_ != 0;
}

void Process::Signal(int number) {
  if (running()) kill(pid_, number);
}

void Process::Kill() {
  if (!running()) return;
  told_to_end_ = SIGKILL;
  kill(pid_, SIGKILL);
  Reap(/*wait=*/true);
}

void Process::Terminate() {
  if (!running()) return;
  told_to_end_ = SIGTERM;
  kill(pid_, SIGTERM);
}

absl::Status Process::Stop(absl::Duration within) {
  if (!running()) return absl::InternalError(absl::StrCat("it did not run: ", sudden_end()));
  Terminate();
  const absl::Time until = absl::Now() + within;
  while (running()) {
    if (absl::Now() > until) {
      Kill();
      return absl::DeadlineExceededError(
          absl::StrCat("it did not stop within ", absl::FormatDuration(within)));
    }
    poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kPoll)));
  }
  if (WIFEXITED(*end_) && WEXITSTATUS(*end_) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("it stopped with ", Describe(*end_)));
}

std::string Process::sudden_end() {
  Reap(/*wait=*/false);
  if (!end_.has_value() || told_to_end_ == SIGKILL) return "";
  // It has no handler yet right after its start.
  const bool in_order = (WIFEXITED(*end_) && WEXITSTATUS(*end_) == 0) ||
                        (WIFSIGNALED(*end_) && WTERMSIG(*end_) == SIGTERM);
  return told_to_end_ == SIGTERM && in_order ? "" : Describe(*end_);
}

void Process::Reap(bool wait) {
  if (pid_ == 0) return;
  int end = 0;
  if (waitpid(pid_, &end, wait ? 0 : WNOHANG) != pid_) return;
  pid_ = 0;
  end_ = end;
}

}  // namespace maru::harness
