// Rows as contexts write them, straight into their stores: what a busy year leaves, in minutes.
#ifndef MARU_TOOLS_LOAD_FILL_H_
#define MARU_TOOLS_LOAD_FILL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace maru::load {

// Both add to what is there, open the stores that the contexts open (which must be down) and wait
// until the engine has its files in order. Errors of the store.

// `count` delivered orders of food and their payments; `data_folder` holds a folder for each
// deployment.
absl::Status FillOrders(const std::string& data_folder, uint64_t count);

// `count` tickets of food-store's that time out in a month; their timers only.
absl::Status FillTimers(const std::string& data_folder, uint64_t count);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_FILL_H_
