// The ledger: double entry, in the same store and the same write as the payments that it is about.
//
// Each entry moves money between accounts and adds up to 0. "provider/<kind>" is what the provider
// has taken for us in that way of paying, "reference/<id>" what is held for that reference, with
// the opposite sign. Balances are derived from the entries, never stored.
#ifndef MARU_SERVICES_PAYMENT_LEDGER_H_
#define MARU_SERVICES_PAYMENT_LEDGER_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/txn.h"
#include "maru/payment/store/v1/payment.pb.h"

namespace maru::payment {

// What moves when a payment becomes `after`; `before` is the row that it was, if any. An approved
// payment that stays approved is authorised anew and its old authorisation voided. nullopt: nothing
// moves. Pure.
std::optional<store::v1::Entry> EntryOf(const std::optional<store::v1::Payment>& before,
                                        const store::v1::Payment& after);

// By account and currency, in the currency's minor unit.
using Balances = absl::btree_map<std::pair<std::string, std::string>, absl::int128>;

// The balances of all accounts. Reads every entry: for checks, not for a command. Errors of the
// reader.
absl::StatusOr<Balances> BalancesOf(maru::store::Reader& reader);

// Whether money is conserved: every entry adds up to 0, and for each reference exactly the amount
// of its payment is held while that is APPROVED, and nothing otherwise. DATA_LOSS says what is
// wrong; errors of the reader.
absl::Status CheckLedger(maru::store::Reader& reader);

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_LEDGER_H_
