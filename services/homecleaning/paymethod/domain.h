// The rules of pay methods (domain.md, section 2). Pure: no I/O, no clock, no ids of its own. How a
// PENDING row becomes REGISTERED or REJECTED is the saga's (saga.h).
#ifndef MARU_SERVICES_HOMECLEANING_PAYMETHOD_DOMAIN_H_
#define MARU_SERVICES_HOMECLEANING_PAYMETHOD_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/homecleaning/paymethod/store/v1/paymethod.pb.h"
#include "maru/homecleaning/paymethod/v1/events.pb.h"
#include "maru/homecleaning/paymethod/v1/paymethod.pb.h"

namespace maru::homecleaning::paymethod {

namespace disk = store::v1;

// Changes that payment may not have answered yet, of one pay method.
inline constexpr int kMaxPendingChanges = 32;

struct Changed {
  disk::Paymethod paymethod;
  // Absent when nothing changed.
  std::optional<v1::PaymethodChanged> event;
};

// "1234-5678-0002" -> "****-****-0002": the only form in which a number leaves this context.
std::string Masked(std::string_view number);

// What is to be registered, without a status. ALREADY_EXISTS/ALREADY_EXISTS: `active` is there.
absl::StatusOr<disk::Paymethod> Register(const v1::RegisterPaymethodRequest& request,
                                         const std::optional<disk::ActivePaymethod>& active,
                                         std::string_view customer, absl::Time now, std::string id);

// Payment took it: `row` as it is then, and what is told.
v1::PaymethodRegistered Accept(disk::Paymethod& row, absl::Time now);

// NOT_FOUND/NOT_FOUND: no row, or not `customer`'s. FAILED_PRECONDITION: NOT_REGISTERED,
// TOO_MANY_CHANGES. INVALID_ARGUMENT/INVALID_FIELD: an empty or unknown mask, or an empty field.
absl::StatusOr<Changed> Change(const std::optional<disk::Paymethod>& row,
                               const v1::ChangePaymethodRequest& request, std::string_view customer,
                               absl::Time now, std::string change_id);

// Payment answered a change: it took it, or the pay method goes back to what was accepted last,
// unless a newer change waits. nullopt: the row does not wait for this answer.
std::optional<disk::Paymethod> Answer(const disk::Paymethod& row, std::string_view change_id,
                                      bool accepted, absl::Time now);

// A pay method is its customer's and admin's.
bool MayRead(const disk::Paymethod& row, const rpc::Identity& reader);

// The pay method as somebody who may read it sees it: its number is masked.
v1::Paymethod ToApi(const disk::Paymethod& row);

}  // namespace maru::homecleaning::paymethod

#endif  // MARU_SERVICES_HOMECLEANING_PAYMETHOD_DOMAIN_H_
