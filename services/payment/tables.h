// What a payment deployment keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_PAYMENT_TABLES_H_
#define MARU_SERVICES_PAYMENT_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/payment/store/v1/payment.pb.h"

namespace maru::payment {

// By id.
inline constexpr maru::store::Table<store::v1::Payment, std::string> kPayments(32, "payments");
// By reference_id.
inline constexpr maru::store::Table<store::v1::Reference, std::string> kReferences(33,
                                                                                   "references");
// customer_id, id
inline constexpr maru::store::Index<std::string, std::string> kPaymentsByCustomer(
    34, "payments by customer");
// By change_id.
inline constexpr maru::store::Table<store::v1::Change, std::string> kChanges(35, "changes");
// reference_id, entry id
inline constexpr maru::store::Table<store::v1::Entry, std::string, std::string> kEntries(
    36, "ledger entries");

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_TABLES_H_
