// Early returns for absl::Status and absl::StatusOr, in functions and in coroutines, and CHECK.
#ifndef MARU_COMMON_BASE_STATUS_H_
#define MARU_COMMON_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MARU_CONCAT_INNER(a, b) a##b
#define MARU_CONCAT(a, b) MARU_CONCAT_INNER(a, b)

// Returns the status of `expr` from a function (or co_returns it from a coroutine) unless it is OK.
#define RETURN_IF_ERROR(expr)                                   \
  do {                                                          \
    if (absl::Status maru_status = (expr); !maru_status.ok()) { \
      return maru_status;                                       \
    }                                                           \
  } while (false)
#define CO_RETURN_IF_ERROR(expr)                                \
  do {                                                          \
    if (absl::Status maru_status = (expr); !maru_status.ok()) { \
      co_return maru_status;                                    \
    }                                                           \
  } while (false)

// Assigns the value of a StatusOr expression to `lhs` (which may declare), or returns its status.
#define ASSIGN_OR_RETURN(lhs, expr) \
  MARU_ASSIGN_OR(return, MARU_CONCAT(maru_status_or_, __LINE__), lhs, expr)
#define CO_ASSIGN_OR_RETURN(lhs, expr) \
  MARU_ASSIGN_OR(co_return, MARU_CONCAT(maru_status_or_, __LINE__), lhs, expr)
#define MARU_ASSIGN_OR(leave, value_or, lhs, expr)        \
  auto value_or = (expr);                                 \
  if (!value_or.ok()) leave std::move(value_or).status(); \
  lhs = *std::move(value_or)

// A certain invariant: prints where and what, then aborts, in release builds too.
#define MARU_CHECK(condition)                          \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::maru::CheckFailed(__FILE__, __LINE__, #condition))

namespace maru {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace maru

#endif  // MARU_COMMON_BASE_STATUS_H_
