#include "common/service/open_files.h"

#include <sys/resource.h>

#include <algorithm>

#include "common/base/status.h"

namespace maru::service {

uint64_t RaiseOpenFiles(uint64_t wanted) {
  rlimit limit;
  MARU_CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  // Privileged processes may go above the hard limit, others up to it.
  rlimit raised{.rlim_cur = wanted, .rlim_max = std::max<rlim_t>(wanted, limit.rlim_max)};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  raised = {.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max), .rlim_max = limit.rlim_max};
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

}  // namespace maru::service
