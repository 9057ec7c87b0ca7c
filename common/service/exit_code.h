// How a process ends, as its supervisor sees it. Values above 63 are those of sysexits.h.
#ifndef MARU_COMMON_SERVICE_EXIT_CODE_H_
#define MARU_COMMON_SERVICE_EXIT_CODE_H_

namespace maru::service {

enum ExitCode : int {
  // Stopped as asked; or printed what was asked.
  kExitOk = 0,
  // Cannot serve: an address is in use, a key is missing. Restarting helps once that is repaired.
  kExitCannotServe = 69,
  // The store failed (fsync, I/O) or is damaged. Restarting recovers what is durable.
  kExitStoreFailed = 74,
  // The configuration has bad values. Restarting does not help.
  kExitBadConfig = 78,
};

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_EXIT_CODE_H_
