// The store's own rows besides those of commands: format, clock, trim mark.
#ifndef MARU_COMMON_STORE_RECORDS_H_
#define MARU_COMMON_STORE_RECORDS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "common/store/transaction.h"
#include "maru/store/v1/store.pb.h"

namespace maru::store {

// What this program writes and reads.
inline constexpr uint32_t kFormatVersion = 1;

// The format record; made if the database is empty.
// FAILED_PRECONDITION: another deployment's data, or a newer format. DATA_LOSS: damaged, or rows
// without a format record.
absl::StatusOr<v1::Format> OpenFormat(Backend& backend, const std::string& deployment,
                                      absl::Time now, Random& random);

// The clock record of `state`: into the overlay, and from the database (which may not have one
// yet).
void PutClock(WriterState& state);
absl::Status LoadClock(const Snapshot& snapshot, WriterState& state);

// Up to which sequence the outbox was trimmed.
void PutTrim(ViewTxn& txn, uint64_t sequence);
absl::StatusOr<uint64_t> LoadTrim(const Snapshot& snapshot);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_RECORDS_H_
