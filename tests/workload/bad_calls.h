// Calls that break a rule of the contract: each must be refused, and leave no trace.
#ifndef MARU_TESTS_WORKLOAD_BAD_CALLS_H_
#define MARU_TESTS_WORKLOAD_BAD_CALLS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/workload/person.h"

namespace maru::workload {

struct BadCall {
  // "title too long"
  std::string_view what;
  std::string_view deployment;
  std::string_view path;
  // Serialised.
  std::string request;
  Refusal refusal;
  // That BadRequest must name; empty where there is none.
  std::string_view field;
};

// Those that a role may try.
size_t BadCallsOfCustomers();
size_t BadCallsOfHosts();
// The one of that number, about a course and a row of the caller's own (a comment, or the course).
BadCall BadCallOfCustomer(size_t number, const std::string& course_id, const std::string& own_id);
BadCall BadCallOfHost(size_t number, const std::string& course_id);

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_BAD_CALLS_H_
