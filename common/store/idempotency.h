// Idempotency records: the first result of a command, kept under (principal, method, request_id).
#ifndef MARU_COMMON_STORE_IDEMPOTENCY_H_
#define MARU_COMMON_STORE_IDEMPOTENCY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/replay.h"
#include "common/store/txn.h"
#include "maru/store/v1/store.pb.h"

namespace maru::store {

// The recorded result of `key`; nullopt when there is none, or it has expired at `now`.
// INVALID_ARGUMENT/REQUEST_ID_REUSED: recorded for a request with other content.
absl::StatusOr<std::optional<rpc::Recorded>> FindRecorded(Reader& reader,
                                                          const rpc::IdempotencyKey& key,
                                                          absl::Time now);

// Records `result` until `expire_time`.
void Record(ViewTxn& txn, const rpc::IdempotencyKey& key, const rpc::Recorded& result,
            absl::Time expire_time);

// One step of the sweep: keys of records that have expired at `now`, among the first `max_rows`
// records behind `after`.
struct SweepStep {
  std::vector<std::string> expired;
  // The last key that was looked at; empty when the end of the table was reached.
  std::string after;
  size_t seen = 0;
};
absl::StatusOr<SweepStep> FindExpired(Reader& reader, const std::string& after, size_t max_rows,
                                      absl::Time now);

// Deletes the records under `keys` that are still expired at `now`.
absl::Status DeleteExpired(ViewTxn& txn, const std::vector<std::string>& keys, absl::Time now);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_IDEMPOTENCY_H_
