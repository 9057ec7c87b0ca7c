// For tests of systems that pay.
#ifndef MARU_SERVICES_PAYMENT_LEDGER_TESTING_H_
#define MARU_SERVICES_PAYMENT_LEDGER_TESTING_H_

#include "services/testing/test_context.h"

namespace maru::payment {

// Expects that the ledger of the deployment of payment is right, and that its providers have taken
// what is approved and nothing else (domain.md, "Payment").
void ExpectMoneyAddsUp(testing::TestContext& payment);

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_LEDGER_TESTING_H_
