// Handling one event inside a transaction, and what its failure means.
#ifndef MARU_COMMON_EVENTS_HANDLE_H_
#define MARU_COMMON_EVENTS_HANDLE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/events/routes.h"
#include "common/store/txn.h"

namespace maru::events {

// A record of the log as the subscriber sees it.
struct EventRecord {
  std::string_view topic;
  std::string_view key;
  uint64_t sequence = 0;
  // A serialised event.v1.Event, if it is whole.
  std::string_view value;
};

enum class Handled { kApplied, kUnknownType };

// Decodes the envelope and runs its handler; after an error nothing of the handler's writes remains
// in `txn`. Errors: the handler's; INVALID_ARGUMENT when the record is no envelope, or one of
// another key or sequence; ABORTED when it is to fail whatever the handler says (`fails`: see
// async/rare.h).
absl::StatusOr<Handled> Handle(maru::store::Txn& txn, const Routes& routes,
                               const EventRecord& record, bool fails);

// Whether a failure says something about the machine rather than about the event: the whole
// transaction is then given up and tried again later; nothing is parked (handlers.h).
bool IsInfrastructure(const absl::Status& failure);

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_HANDLE_H_
