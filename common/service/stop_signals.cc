#include "common/service/stop_signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/base/status.h"

namespace maru::service {

namespace {

sigset_t Both() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t both = Both();
  MARU_CHECK(pthread_sigmask(SIG_BLOCK, &both, nullptr) == 0);
  signals_ = signalfd(-1, &both, SFD_CLOEXEC | SFD_NONBLOCK);
  wake_up_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  MARU_CHECK(signals_ >= 0 && wake_up_ >= 0);
}

StopSignals::~StopSignals() {
  Release();
  close(signals_);
  close(wake_up_);
}

int StopSignals::Wait() {
  while (true) {
    pollfd waiting[] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                        {.fd = wake_up_, .events = POLLIN, .revents = 0}};
    if (poll(waiting, 2, /*timeout=*/-1) < 0) {
      MARU_CHECK(errno == EINTR);
      continue;
    }
    signalfd_siginfo signal;
    if (read(signals_, &signal, sizeof signal) == sizeof signal) {
      return static_cast<int>(signal.ssi_signo);
    }
    uint64_t count;
    if (read(wake_up_, &count, sizeof count) == sizeof count) return 0;
  }
}

void StopSignals::WakeUp() {
  const uint64_t one = 1;
  // Fails only when the counter is full: then the wake-up is pending anyway.
  (void)!write(wake_up_, &one, sizeof one);
}

void StopSignals::Release() {
  const sigset_t both = Both();
  MARU_CHECK(pthread_sigmask(SIG_UNBLOCK, &both, nullptr) == 0);
}

}  // namespace maru::service
