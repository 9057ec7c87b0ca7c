#include "common/store/idempotency.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/error.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

namespace {

constexpr std::string_view kName = "idempotency records";
// (principal, method, request_id)
constexpr Table<v1::IdempotencyRecord, std::string, std::string, std::string> kRecords(
    kIdempotencyTable, kName);

bool Expired(const v1::IdempotencyRecord& record, absl::Time now) {
  return FromTimestamp(record.expire_time()) <= now;
}

}  // namespace

absl::StatusOr<std::optional<rpc::Recorded>> FindRecorded(Reader& reader,
                                                          const rpc::IdempotencyKey& key,
                                                          absl::Time now) {
  ASSIGN_OR_RETURN(std::optional<v1::IdempotencyRecord> record,
                   kRecords.Get(reader, key.principal, key.method, key.request_id));
  std::optional<rpc::Recorded> recorded;
  if (!record.has_value() || Expired(*record, now)) return recorded;
  if (record->sha256() != key.sha256) return options::v1::errors::RequestIdReused(key.request_id);
  recorded.emplace();
  if (record->code() != 0) {
    recorded->status = rpc::DecodeDetails(static_cast<absl::StatusCode>(record->code()),
                                          record->message(), record->details());
  }
  recorded->reply = std::move(*record->mutable_reply());
  recorded->position = std::move(*record->mutable_position());
  return recorded;
}

void Record(ViewTxn& txn, const rpc::IdempotencyKey& key, const rpc::Recorded& result,
            absl::Time expire_time) {
  v1::IdempotencyRecord record;
  record.set_sha256(key.sha256);
  if (!result.status.ok()) {
    record.set_code(static_cast<int>(result.status.code()));
    record.set_message(std::string(result.status.message()));
    record.set_details(rpc::EncodeDetails(result.status));
  }
  record.set_reply(result.reply);
  if (result.position.entries_size() > 0) *record.mutable_position() = result.position;
  *record.mutable_expire_time() = ToTimestamp(expire_time);
  kRecords.Put(txn, key.principal, key.method, key.request_id, record);
}

absl::StatusOr<SweepStep> FindExpired(Reader& reader, const std::string& after, size_t max_rows,
                                      absl::Time now) {
  SweepStep step;
  const ScanOptions options{.after = after};
  const auto cursor = reader.Scan(RangeBehind(kRecords.Range(), options), options.direction);
  for (; step.seen < max_rows && cursor->Valid(); cursor->Next(), ++step.seen) {
    v1::IdempotencyRecord record;
    // A damaged record is left to the command that needs it: it must not stop the sweep for good.
    const bool decoded =
        record.ParseFromArray(cursor->value().data(), static_cast<int>(cursor->value().size()));
    if (decoded && Expired(record, now)) step.expired.emplace_back(cursor->key());
    step.after.assign(cursor->key());
  }
  RETURN_IF_ERROR(cursor->status());
  if (step.seen < max_rows) step.after.clear();
  return step;
}

absl::Status DeleteExpired(ViewTxn& txn, const std::vector<std::string>& keys, absl::Time now) {
  for (const std::string& key : keys) {
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes, txn.Get(key));
    v1::IdempotencyRecord record;
    if (!bytes.has_value()) continue;
    if (record.ParseFromString(*bytes) && Expired(record, now)) txn.Delete(key);
  }
  return absl::OkStatus();
}

}  // namespace maru::store
