#include "services/payment/provider.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "common/async/rare.h"
#include "maru/payment/v1/payment.maru.h"

namespace maru::payment {

namespace {

// Of one that is slow without need; callers wait for 600 ms.
constexpr absl::Duration kSlowest = absl::Seconds(2);

}  // namespace

async::Task<absl::StatusOr<Decision>> BuiltInProvider::Authorize(const rpc::CallContext&,
                                                                 const Charge& charge) {
  absl::Duration delay =
      absl::Seconds(config_.delay().seconds()) + absl::Nanoseconds(config_.delay().nanos());
  if (executor_.Rarely(async::Rare::kSlowProvider)) delay += random_.Uniform() * kSlowest;
  if (delay > absl::ZeroDuration()) co_await executor_.Sleep(delay);
  if (random_.Next() % 100 < config_.fail_percent()) co_return v1::errors::ProviderUnavailable();
  co_return Decide(charge);
}

Decision BuiltInProvider::Decide(const Charge& charge) const {
  const std::string& customer = config_.refused_customer();
  const std::string& digits = config_.refused_digits();
  const std::string_view number = charge.masked_number;
  const bool refused = (config_.limit() > 0 && std::cmp_greater(charge.amount, config_.limit())) ||
                       (!customer.empty() && charge.customer_id.starts_with(customer)) ||
                       (!digits.empty() && number.ends_with(digits));
  return refused ? Decision::kRefused : Decision::kApproved;
}

}  // namespace maru::payment
