#include "common/store/records.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/store/key.h"
#include "common/store/snapshot_reader.h"
#include "common/store/table.h"
#include "common/store/tables.h"

namespace maru::store {

namespace {

constexpr Table<v1::Format> kFormat(kFormatTable, "format");
constexpr Table<v1::Clock, uint32_t> kClock(kClockTable, "clock");
constexpr Table<v1::OutboxTrim, uint32_t> kTrim(kClockTable, "outbox trim");
constexpr uint32_t kClockRow = 1;
constexpr uint32_t kTrimRow = 2;

absl::StatusOr<v1::Format> CreateFormat(Backend& backend, const std::string& deployment,
                                        absl::Time now, Random& random) {
  v1::Format format;
  format.set_format_version(kFormatVersion);
  format.set_deployment(deployment);
  format.set_store_id(IdSource(random).Next(now));
  format.set_epoch(1);
  *format.mutable_create_time() = ToTimestamp(now);
  RETURN_IF_ERROR(backend.Write({{kFormat.KeyOf(), format.SerializeAsString()}}));
  return format;
}

}  // namespace

absl::StatusOr<v1::Format> OpenFormat(Backend& backend, const std::string& deployment,
                                      absl::Time now, Random& random) {
  SnapshotReader reader(backend.Snap(), ReadTier::kAll);
  ASSIGN_OR_RETURN(std::optional<v1::Format> format, kFormat.Get(reader));
  if (!format.has_value()) {
    const auto first = reader.Scan({}, Direction::kForward);
    RETURN_IF_ERROR(first->status());
    if (first->Valid()) return DamagedRow(kFormat.name(), kFormat.KeyOf());
    return CreateFormat(backend, deployment, now, random);
  }
  if (format->format_version() > kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the data has format ", format->format_version(), ", this program knows formats up to ",
        kFormatVersion, ": run a newer program"));
  }
  if (format->deployment() != deployment) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the data belongs to deployment ", format->deployment(), ", not to ", deployment));
  }
  return *std::move(format);
}

void PutClock(WriterState& state) {
  v1::Clock clock;
  *clock.mutable_time() = ToTimestamp(state.time);
  clock.set_last_id(state.ids.Save());
  clock.set_last_sequence(state.sequence);
  state.overlay.Set(kClock.KeyOf(kClockRow), clock.SerializeAsString());
}

absl::Status LoadClock(const Snapshot& snapshot, WriterState& state) {
  SnapshotReader reader(snapshot, ReadTier::kAll);
  ASSIGN_OR_RETURN(const std::optional<v1::Clock> clock, kClock.Get(reader, kClockRow));
  if (!clock.has_value()) return absl::OkStatus();
  if (!state.ids.Restore(clock->last_id()))
    return DamagedRow(kClock.name(), kClock.KeyOf(kClockRow));
  state.time = FromTimestamp(clock->time());
  state.sequence = clock->last_sequence();
  return absl::OkStatus();
}

void PutTrim(ViewTxn& txn, uint64_t sequence) {
  v1::OutboxTrim trim;
  trim.set_sequence(sequence);
  kTrim.Put(txn, kTrimRow, trim);
}

absl::StatusOr<uint64_t> LoadTrim(const Snapshot& snapshot) {
  SnapshotReader reader(snapshot, ReadTier::kAll);
  ASSIGN_OR_RETURN(const std::optional<v1::OutboxTrim> trim, kTrim.Get(reader, kTrimRow));
  return trim.has_value() ? trim->sequence() : 0;
}

}  // namespace maru::store
