// The rules of cleanings (domain.md, section 2). Pure: no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_HOMECLEANING_CLEANING_DOMAIN_H_
#define MARU_SERVICES_HOMECLEANING_CLEANING_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/homecleaning/cleaning/store/v1/cleaning.pb.h"
#include "maru/homecleaning/cleaning/v1/cleaning.pb.h"
#include "maru/homecleaning/cleaning/v1/events.pb.h"
#include "maru/homecleaning/reservation/v1/events.pb.h"

namespace maru::homecleaning::cleaning {

namespace disk = store::v1;

struct Finished {
  disk::Cleaning cleaning;
  // Absent when it had been finished before.
  std::optional<v1::CleaningConfirmed> event;
};

// The cleaning of a reservation that was requested.
disk::Cleaning Open(const reservation::v1::CleaningRequested& event, absl::Time now,
                    std::string id);

// NOT_FOUND/NOT_FOUND: no row. FAILED_PRECONDITION: CLEANING_CANCELED; ALREADY_STARTED by another
// cleaner; ALREADY_FINISHED by this one. Started by this one: the same row.
absl::StatusOr<disk::Cleaning> Start(const std::optional<disk::Cleaning>& row, std::string_view id,
                                     std::string_view cleaner, absl::Time now);

// As Start; FAILED_PRECONDITION/NOT_STARTED: nobody started it. Finished by this cleaner: the same
// row.
absl::StatusOr<Finished> Finish(const std::optional<disk::Cleaning>& row, std::string_view id,
                                std::string_view cleaner, absl::Time now);

// The reservation was canceled; nullopt: nothing changes, because it is finished or canceled.
std::optional<disk::Cleaning> Cancel(const disk::Cleaning& row, absl::Time now);

// Cleaners and admin see all cleanings, customers their own.
bool SeesAll(const rpc::Identity& reader);
bool MayRead(const disk::Cleaning& row, const rpc::Identity& reader);

// The cleaning as somebody who may read it sees it.
v1::Cleaning ToApi(const disk::Cleaning& row);

}  // namespace maru::homecleaning::cleaning

#endif  // MARU_SERVICES_HOMECLEANING_CLEANING_DOMAIN_H_
