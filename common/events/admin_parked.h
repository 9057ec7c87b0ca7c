// Parked events as operators see and name them. Part of admin.h.
#ifndef MARU_COMMON_EVENTS_ADMIN_PARKED_H_
#define MARU_COMMON_EVENTS_ADMIN_PARKED_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/events/parking.h"
#include "common/events/positions.h"
#include "maru/admin/v1/admin.pb.h"

namespace maru::events {

// "<subscription>@<generation>/<topic>/<partition>/<sequence>/<key>"; the key is last because it
// may contain anything.
struct ParkedName {
  SubscriptionId subscription;
  ParkedId id;

  std::string Format() const;
  // nullopt: it is no such name.
  static std::optional<ParkedName> Parse(std::string_view name);
};

// Of a list: without data.
admin::v1::ParkedEvent SummaryOf(const ParkedName& name, const ParkedRecord& record);
// With the envelope's data, also as JSON when its type is linked into this process.
admin::v1::ParkedEvent DetailsOf(const ParkedName& name, const ParkedRecord& record);

// The record that an edit makes of a parked one. INVALID_ARGUMENT/UNDECODABLE_EDIT: the content
// cannot be read as what it should be, or is of another key or sequence.
absl::StatusOr<std::string> Edited(const ParkedName& name, const ParkedRecord& record,
                                   const admin::v1::EditParkedEventRequest& request);

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_ADMIN_PARKED_H_
