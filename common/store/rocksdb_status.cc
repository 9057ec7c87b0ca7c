#include "common/store/rocksdb_status.h"

#include <string>

#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

absl::Status FromRocksDb(const rocksdb::Status& status, std::string_view where) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsIncomplete()) return absl::UnavailableError("not cached");
  std::string what(where);
  what.append(": ").append(status.ToString());
  // A file that the database names and that is not there.
  if (status.IsCorruption() || status.IsPathNotFound()) return options::v1::errors::DataLoss(what);
  return absl::InternalError(what);
}

}  // namespace maru::store
