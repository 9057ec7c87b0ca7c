// One call from the command line: JSON in, JSON out.
#ifndef MARU_TOOLS_CLI_CALL_H_
#define MARU_TOOLS_CLI_CALL_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace maru::cli {

struct CallArguments {
  std::string address;
  // "datecourse-schedule"
  std::string deployment;
  std::string method;
  std::string json;
  // A JWT; empty: none is sent.
  std::string token;
  // Read-your-writes; empty: none.
  std::string position;
  // Print one object {ok, reply, position, code, reason, message, details} whatever happens.
  bool envelope = false;
  absl::Duration timeout = absl::Seconds(10);
};

// Prints the reply (a stream: one object a line) or the error with its details. 0, or 1 when the
// call failed, 64 when it could not be made.
int Call(const CallArguments& arguments);

struct Health {
  std::string address;
  // "SERVING", "NOT_SERVING", or "down" when it does not answer.
  std::string word;
};

// Asks the health service of each address once.
std::vector<Health> CheckHealth(const std::vector<std::string>& addresses, absl::Duration timeout);

}  // namespace maru::cli

#endif  // MARU_TOOLS_CLI_CALL_H_
