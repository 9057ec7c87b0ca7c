// Tokens that no server may take.
#ifndef MARU_TESTS_WORKLOAD_FORGERY_H_
#define MARU_TESTS_WORKLOAD_FORGERY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/identity/es256.h"
#include "tests/workload/api.h"

namespace maru::workload {

// A customer's token with one fault. `users` signs people's tokens, `other` is a key that nobody
// knows. INTERNAL when OpenSSL fails.
absl::StatusOr<std::string> Forge(Forgery forgery, const rpc::Es256PrivateKey& users,
                                  const rpc::Es256PrivateKey& other, absl::Time now);

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_FORGERY_H_
