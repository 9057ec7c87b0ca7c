// For tests: what any reply of any method keeps, read off its contract.
#ifndef MARU_SERVICES_TESTING_CALL_CHECKS_H_
#define MARU_SERVICES_TESTING_CALL_CHECKS_H_

#include <string>
#include <string_view>

#include "common/rpc/transport.h"
#include "google/protobuf/descriptor.h"

namespace maru::testing {

// What is wrong with the answer to a call of `method` ("maru.….ScheduleService/GetSchedule"), or
// nothing:
//   - a success is a message of the method's type;
//   - an error has an ErrorInfo with a domain and a reason that the contract of the method, of the
//     context that the domain names (whose refusal it is), or the runtime's declares, with the
//     declared code, and a trace id; faults of ours (INTERNAL, DATA_LOSS, …) are none of these:
//     nothing fails here but by the caller's doing, and, where `peers_fail`, for want of a peer
//     (UNAVAILABLE);
//   - each field that a BadRequest names exists in the request's type.
std::string ProblemOf(std::string_view method, const rpc::Reply& reply, bool peers_fail);

// "maru.….ScheduleService/GetSchedule"; nullptr when no linked contract has it.
const google::protobuf::MethodDescriptor* FindMethod(std::string_view name);

// Whether `path` ("review.id", "tags[2]") leads to a field of `type`.
bool IsFieldPath(const google::protobuf::Descriptor& type, std::string_view path);

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_CALL_CHECKS_H_
