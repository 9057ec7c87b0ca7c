// CPU time of this process: what a load cost itself.
#ifndef MARU_TOOLS_LOAD_OWN_CPU_H_
#define MARU_TOOLS_LOAD_OWN_CPU_H_

#include <sys/resource.h>

#include "absl/time/time.h"

namespace maru::load {

inline absl::Duration OwnCpu() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_OWN_CPU_H_
