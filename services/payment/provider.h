// Provider: who really takes the money. The rules of payments do not know it: they get its decision
// (domain.h). One is built in, for trying things out; README.md says how another is put behind it.
#ifndef MARU_SERVICES_PAYMENT_PROVIDER_H_
#define MARU_SERVICES_PAYMENT_PROVIDER_H_

#include "absl/status/statusor.h"
#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "common/rpc/call_context.h"
#include "maru/config/v1/config.pb.h"
#include "services/payment/domain.h"

namespace maru::payment {

// Executor's thread, but for Decide.
class Provider {
 public:
  virtual ~Provider() = default;

  // Whether `charge` is authorised. Equal keys get equal decisions: a repeat takes nothing twice.
  // What was authorised and then not kept (the process died before its write) has to lapse by
  // itself. UNAVAILABLE/PROVIDER_UNAVAILABLE: no answer.
  virtual async::Task<absl::StatusOr<Decision>> Authorize(const rpc::CallContext& call,
                                                          const Charge& charge) = 0;

  // The same for a change that came by event: within a transaction, so without I/O and on the
  // store's thread.
  virtual Decision Decide(const Charge& charge) const = 0;
};

// Approves, refuses, delays and fails as its configuration says.
class BuiltInProvider final : public Provider {
 public:
  // `executor` and `random` outlive the provider.
  BuiltInProvider(config::v1::ProviderConfig config, async::Executor& executor, Random& random)
      : config_(std::move(config)), executor_(executor), random_(random) {}

  async::Task<absl::StatusOr<Decision>> Authorize(const rpc::CallContext& call,
                                                  const Charge& charge) override;
  Decision Decide(const Charge& charge) const override;

 private:
  const config::v1::ProviderConfig config_;
  async::Executor& executor_;
  Random& random_;
};

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_PROVIDER_H_
