#include <cstdio>
#include <cstdlib>

#include "common/base/status.h"

namespace maru {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace maru
