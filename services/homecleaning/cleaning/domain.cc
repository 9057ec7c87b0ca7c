#include "services/homecleaning/cleaning/domain.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "maru/homecleaning/cleaning/v1/cleaning.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::homecleaning::cleaning {
namespace {

// What stops this cleaner from working on the row.
absl::Status CheckMine(const std::optional<disk::Cleaning>& row, std::string_view id,
                       std::string_view cleaner) {
  if (!row.has_value()) return options::v1::errors::NotFound("cleaning", id);
  if (row->status() == v1::Cleaning::STATUS_CANCELED) return v1::errors::CleaningCanceled(id);
  if (row->status() != v1::Cleaning::STATUS_OPEN && row->cleaner_id() != cleaner) {
    return v1::errors::AlreadyStarted(id);
  }
  return absl::OkStatus();
}

disk::Cleaning Moved(const disk::Cleaning& row, v1::Cleaning::Status status, absl::Time now) {
  disk::Cleaning moved = row;
  moved.set_status(status);
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

}  // namespace

disk::Cleaning Open(const reservation::v1::CleaningRequested& event, absl::Time now,
                    std::string id) {
  disk::Cleaning row;
  row.set_id(std::move(id));
  row.set_reservation_id(event.reservation_id());
  row.set_customer_id(event.customer_id());
  row.set_status(v1::Cleaning::STATUS_OPEN);
  *row.mutable_request_date() = event.request_date();
  row.set_place(event.place());
  row.set_customer_name(event.customer_name());
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

absl::StatusOr<disk::Cleaning> Start(const std::optional<disk::Cleaning>& row, std::string_view id,
                                     std::string_view cleaner, absl::Time now) {
  RETURN_IF_ERROR(CheckMine(row, id, cleaner));
  if (row->status() == v1::Cleaning::STATUS_FINISHED) return v1::errors::AlreadyFinished(id);
  if (row->status() == v1::Cleaning::STATUS_STARTED) return *row;
  disk::Cleaning started = Moved(*row, v1::Cleaning::STATUS_STARTED, now);
  started.set_cleaner_id(std::string(cleaner));
  return started;
}

absl::StatusOr<Finished> Finish(const std::optional<disk::Cleaning>& row, std::string_view id,
                                std::string_view cleaner, absl::Time now) {
  RETURN_IF_ERROR(CheckMine(row, id, cleaner));
  if (row->status() == v1::Cleaning::STATUS_OPEN) return v1::errors::NotStarted(id);
  if (row->status() == v1::Cleaning::STATUS_FINISHED) return Finished{*row, std::nullopt};
  Finished result{Moved(*row, v1::Cleaning::STATUS_FINISHED, now), std::nullopt};
  disk::Cleaning& cleaning = result.cleaning;
  *cleaning.mutable_clean_date() = cleaning.update_time();

  v1::CleaningConfirmed& event = result.event.emplace();
  event.set_cleaning_id(cleaning.id());
  event.set_reservation_id(cleaning.reservation_id());
  event.set_customer_id(cleaning.customer_id());
  event.set_cleaner_id(cleaning.cleaner_id());
  *event.mutable_clean_date() = cleaning.clean_date();
  return result;
}

std::optional<disk::Cleaning> Cancel(const disk::Cleaning& row, absl::Time now) {
  if (row.status() == v1::Cleaning::STATUS_FINISHED ||
      row.status() == v1::Cleaning::STATUS_CANCELED) {
    return std::nullopt;
  }
  return Moved(row, v1::Cleaning::STATUS_CANCELED, now);
}

bool SeesAll(const rpc::Identity& reader) {
  return reader.Is(options::v1::ROLE_CLEANER) || reader.Is(options::v1::ROLE_ADMIN);
}

bool MayRead(const disk::Cleaning& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || SeesAll(reader);
}

v1::Cleaning ToApi(const disk::Cleaning& row) {
  v1::Cleaning shown;
  shown.set_id(row.id());
  shown.set_reservation_id(row.reservation_id());
  shown.set_customer_id(row.customer_id());
  shown.set_cleaner_id(row.cleaner_id());
  shown.set_status(row.status());
  if (row.has_clean_date()) *shown.mutable_clean_date() = row.clean_date();
  *shown.mutable_request_date() = row.request_date();
  shown.set_place(row.place());
  shown.set_customer_name(row.customer_name());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::homecleaning::cleaning
