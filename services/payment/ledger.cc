#include "services/payment/ledger.h"

#include <string_view>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/payment/tables.h"

namespace maru::payment {
namespace {

using store::v1::Entry;
using store::v1::Payment;

std::string HeldFor(std::string_view reference_id) {
  return absl::StrCat("reference/", ToAbsl(reference_id));
}

void Post(Entry& entry, std::string account, int64_t amount) {
  Entry::Posting& posting = *entry.add_postings();
  posting.set_account(std::move(account));
  posting.set_amount(amount);
}

// Moves the amount of `payment` from its provider's account to the reference's: `sign` 1 when it is
// taken, -1 when it is given back.
void Move(Entry& entry, const Payment& payment, int64_t sign) {
  Post(entry, absl::StrCat("provider/", v1::PayKind_Name(payment.pay_kind())),
       sign * payment.amount());
  Post(entry, HeldFor(payment.reference_id()), -sign * payment.amount());
}

absl::int128 HeldOf(const Payment& payment) {
  return payment.status() == v1::Payment::STATUS_APPROVED ? payment.amount() : 0;
}

absl::Status Wrong(std::string_view what) { return options::v1::errors::DataLoss(what); }

// Adds the entry to the balances.
absl::Status Add(const Entry& entry, Balances& balances) {
  absl::int128 sum = 0;
  for (const Entry::Posting& posting : entry.postings()) {
    sum += posting.amount();
    balances[{posting.account(), entry.currency_code()}] += posting.amount();
  }
  if (sum != 0) return Wrong("a ledger entry does not add up to 0");
  return absl::OkStatus();
}

}  // namespace

std::optional<Entry> EntryOf(const std::optional<Payment>& before, const Payment& after) {
  Entry entry;
  if (after.status() == v1::Payment::STATUS_APPROVED) Move(entry, after, 1);
  if (before.has_value() && before->status() == v1::Payment::STATUS_APPROVED) {
    Move(entry, *before, -1);
  }
  if (entry.postings().empty()) return std::nullopt;
  entry.set_payment_id(after.id());
  entry.set_currency_code(after.currency_code());
  *entry.mutable_create_time() = after.update_time();
  return entry;
}

absl::StatusOr<Balances> BalancesOf(maru::store::Reader& reader) {
  Balances balances;
  absl::Status added;
  RETURN_IF_ERROR(kEntries.ForEach(reader, {}, [&](const auto&, const Entry& entry) {
    added = Add(entry, balances);
    return added.ok();
  }));
  RETURN_IF_ERROR(added);
  return balances;
}

absl::Status CheckLedger(maru::store::Reader& reader) {
  ASSIGN_OR_RETURN(Balances held, BalancesOf(reader));
  std::string wrong;
  RETURN_IF_ERROR(kPayments.ForEach(reader, {}, [&](const auto&, const Payment& payment) {
    // What is left once the payments are taken out is held for no payment.
    const auto account = held.find({HeldFor(payment.reference_id()), payment.currency_code()});
    const absl::int128 balance = account == held.end() ? 0 : account->second;
    if (balance != -HeldOf(payment)) wrong = payment.reference_id();
    if (account != held.end()) held.erase(account);
    return wrong.empty();
  }));
  if (!wrong.empty()) return Wrong(absl::StrCat("the ledger of reference ", wrong));
  for (const auto& [account, balance] : held) {
    if (ToAbsl(account.first).substr(0, 10) == "reference/") {
      return Wrong(absl::StrCat("the ledger has an account without a payment: ", account.first));
    }
  }
  return absl::OkStatus();
}

}  // namespace maru::payment
