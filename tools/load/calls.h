// Load by calls of any contract that is linked: the method by its name, requests as JSON.
#ifndef MARU_TOOLS_LOAD_CALLS_H_
#define MARU_TOOLS_LOAD_CALLS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/load/histogram.h"
#include "tools/load/unary_load.h"

namespace maru::load {

// Who calls what where.
struct Calls {
  std::string address;
  // "food-order": whose contract.
  std::string deployment;
  // "PlaceOrder"
  std::string method;
  // Role of the callers, who are several; an owner has the store "bench".
  std::string role = "customer";
  // A JSON array: the n-th call sends the request of n modulo their number, with a request_id of
  // its own where the contract has one.
  std::string requests = "[{}]";
  // Holds the users' key, to sign tokens with.
  std::string keys_folder;
};

// Makes `load` send `calls`. NOT_FOUND: no such method. INVALID_ARGUMENT: a request is not one of
// it.
absl::Status Prepare(const Calls& calls, UnaryLoad& load);

// Sends each request once, one after the other. A JSON array of the replies. Errors as above, and
// the first of a call.
absl::StatusOr<std::string> CallEach(const Calls& calls);

struct VisibleLoad {
  Calls commands;
  // The query that is to show what a command did; its one request is filled in.
  Calls page;
  // Field of the page's request that names what is asked for, and where a command's reply has it.
  std::string page_field;
  std::string reply_field = "id";
  absl::Duration duration = absl::Seconds(5);
  absl::Duration warm_up = absl::Seconds(1);
  // From one command to the next.
  absl::Duration pause = absl::Milliseconds(5);
};

struct VisibleResult {
  // From the command's reply to the reply of a page that shows it.
  Histogram lag;
  // Of the command itself.
  Histogram command;
};

// One person who sends a command, hands the reply's position to the page, and waits for it. An
// error of any call ends it.
absl::StatusOr<VisibleResult> RunVisibleLoad(const VisibleLoad& load);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_CALLS_H_
