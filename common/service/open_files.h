// The process's limit of open files: connections and RocksDB's tables share it.
#ifndef MARU_COMMON_SERVICE_OPEN_FILES_H_
#define MARU_COMMON_SERVICE_OPEN_FILES_H_

#include <cstdint>

namespace maru::service {

// Asks the system for `wanted` open files and returns how many the process may have now: fewer
// where the system allows no more, and never fewer than before.
uint64_t RaiseOpenFiles(uint64_t wanted);

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_OPEN_FILES_H_
