// For fuzzing sequences of calls: what their requests refer to, and new calls.
#ifndef MARU_SERVICES_TESTING_CALL_REQUESTS_H_
#define MARU_SERVICES_TESTING_CALL_REQUESTS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/fuzz/proto_mutator.h"
#include "common/rpc/transport.h"
#include "google/protobuf/message.h"
#include "services/testing/calls.pb.h"

namespace maru::testing {

// The replies so far, for texts in requests that stand for something in them (calls.proto).
class Replies {
 public:
  void Add(std::string_view method, const rpc::Reply& reply);
  // The bytes that `call` sends.
  std::string RequestOf(const Call& call) const;

 private:
  void Resolve(google::protobuf::Message& message) const;
  bool Replace(std::string& text) const;

  // By call; null: an error.
  std::vector<std::unique_ptr<google::protobuf::Message>> replies_;
};

// Appends a call of one of `methods` of `system` ("food"), mostly by somebody who may, mostly with
// a request that keeps the contract's rules and refers to what earlier calls made.
void AddCall(const std::string& system, const std::vector<std::string>& methods, Calls& calls,
             fuzz::Generator& random);

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_CALL_REQUESTS_H_
