#include "services/homecleaning/paymethod/domain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/service.h"
#include "google/protobuf/util/message_differencer.h"
#include "maru/homecleaning/paymethod/v1/paymethod.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::homecleaning::paymethod {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr int kShownDigits = 4;

// Copies what the mask names from the request to `way`.
absl::Status Patch(const v1::ChangePaymethodRequest& request, disk::Way& way) {
  const v1::Paymethod& wanted = request.paymethod();
  if (request.update_mask().paths().empty()) {
    return rpc::InvalidField("update_mask", "must name at least one field");
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "kind") {
      if (wanted.kind() == payment::v1::PAY_KIND_UNSPECIFIED) {
        return rpc::InvalidField("paymethod.kind", "must not be unspecified");
      }
      way.set_kind(wanted.kind());
    } else if (path == "number") {
      if (wanted.number().empty()) {
        return rpc::InvalidField("paymethod.number", "must not be empty");
      }
      way.set_number(wanted.number());
    } else {
      return rpc::InvalidField("update_mask", absl::StrCat("'", path, "' cannot be changed"));
    }
  }
  return absl::OkStatus();
}

// Of PaymethodRegistered and PaymethodChanged: the way as it is to be from now on.
template <class E>
void Describe(const disk::Paymethod& row, E& event) {
  event.set_paymethod_id(row.id());
  event.set_reservation_id(row.reservation_id());
  event.set_customer_id(row.customer_id());
  event.set_kind(row.current().kind());
  event.set_masked_number(Masked(row.current().number()));
}

}  // namespace

std::string Masked(std::string_view number) {
  std::string masked(number);
  int shown = 0;
  for (auto it = masked.rbegin(); it != masked.rend(); ++it) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(*it)) && ++shown > kShownDigits) *it = '*';
  }
  return masked;
}

absl::StatusOr<disk::Paymethod> Register(const v1::RegisterPaymethodRequest& request,
                                         const std::optional<disk::ActivePaymethod>& active,
                                         std::string_view customer, absl::Time now,
                                         std::string id) {
  if (active.has_value()) {
    return v1::errors::AlreadyExists(request.reservation_id(), active->paymethod_id());
  }
  disk::Paymethod row;
  row.set_id(std::move(id));
  row.set_reservation_id(request.reservation_id());
  row.set_customer_id(std::string(customer));
  row.mutable_current()->set_kind(request.kind());
  row.mutable_current()->set_number(request.number());
  *row.mutable_create_time() = ToTimestamp(now);
  *row.mutable_update_time() = row.create_time();
  return row;
}

v1::PaymethodRegistered Accept(disk::Paymethod& row, absl::Time now) {
  *row.mutable_accepted() = row.current();
  *row.mutable_update_time() = ToTimestamp(now);
  v1::PaymethodRegistered event;
  Describe(row, event);
  return event;
}

absl::StatusOr<Changed> Change(const std::optional<disk::Paymethod>& row,
                               const v1::ChangePaymethodRequest& request, std::string_view customer,
                               absl::Time now, std::string change_id) {
  const std::string& id = request.paymethod().id();
  if (!row.has_value() || row->customer_id() != customer) {
    return options::v1::errors::NotFound("paymethod", id);
  }
  if (row->status() != v1::Paymethod::STATUS_REGISTERED) {
    return v1::errors::NotRegistered(id, v1::Paymethod::Status_Name(row->status()));
  }
  Changed result{*row, std::nullopt};
  disk::Paymethod& changed = result.paymethod;
  RETURN_IF_ERROR(Patch(request, *changed.mutable_current()));
  if (MessageDifferencer::Equals(changed.current(), row->current())) return result;
  if (row->pending_changes_size() >= kMaxPendingChanges) return v1::errors::TooManyChanges(id);

  disk::PendingChange& pending = *changed.add_pending_changes();
  pending.set_change_id(std::move(change_id));
  *pending.mutable_way() = changed.current();
  *changed.mutable_update_time() = ToTimestamp(now);
  v1::PaymethodChanged& event = result.event.emplace();
  Describe(changed, event);
  event.set_change_id(pending.change_id());
  return result;
}

std::optional<disk::Paymethod> Answer(const disk::Paymethod& row, std::string_view change_id,
                                      bool accepted, absl::Time now) {
  const auto& pending = row.pending_changes();
  const auto change = std::find_if(
      pending.begin(), pending.end(),
      [change_id](const disk::PendingChange& one) { return one.change_id() == change_id; });
  if (change == pending.end()) return std::nullopt;
  disk::Paymethod answered = row;
  if (accepted) *answered.mutable_accepted() = change->way();
  // Payment answers in order, so those before it wait for nothing any more either.
  const int settled = static_cast<int>(change - pending.begin()) + 1;
  answered.mutable_pending_changes()->DeleteSubrange(0, settled);
  if (answered.pending_changes().empty()) *answered.mutable_current() = answered.accepted();
  *answered.mutable_update_time() = ToTimestamp(now);
  return answered;
}

bool MayRead(const disk::Paymethod& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || reader.Is(options::v1::ROLE_ADMIN);
}

v1::Paymethod ToApi(const disk::Paymethod& row) {
  v1::Paymethod shown;
  shown.set_id(row.id());
  shown.set_kind(row.current().kind());
  shown.set_number(Masked(row.current().number()));
  shown.set_reservation_id(row.reservation_id());
  shown.set_customer_id(row.customer_id());
  shown.set_status(row.status());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::homecleaning::paymethod
