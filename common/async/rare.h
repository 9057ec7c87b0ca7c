// Rare: paths of the code that are seldom taken, and that a simulation takes often.
//
// Each is one `if (executor.Rarely(Rare::k…))` at the place that the path begins. Taking it without
// need must be correct, merely slow: a full queue, a batch cut short, a timeout that comes early.
#ifndef MARU_COMMON_ASYNC_RARE_H_
#define MARU_COMMON_ASYNC_RARE_H_

#include "common/async/executor.h"

namespace maru::async {

enum class Rare : uint8_t {};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_RARE_H_
