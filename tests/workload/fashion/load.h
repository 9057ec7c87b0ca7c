// The whole load on fashion from one seed: customers, owners of stores and riders; then the
// checkers.
#ifndef MARU_TESTS_WORKLOAD_FASHION_LOAD_H_
#define MARU_TESTS_WORKLOAD_FASHION_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/async/scope.h"
#include "tests/workload/fashion/town.h"
#include "tests/workload/person.h"
#include "tests/workload/stored.h"
#include "tests/workload/system_load.h"

namespace maru::workload::fashion {

struct FashionOptions {
  int customers = 4;
  int riders = 2;
  // At most this long between two steps of one person.
  absl::Duration most_think = absl::Milliseconds(400);
  PersonOptions person = {.patience = absl::Seconds(20), .gives_up = true};
};

// On the thread of `api`, which outlives it.
class FashionLoad final : public SystemLoad {
 public:
  FashionLoad(Api& api, const FashionOptions& options);

  async::Task<> Run(Instant until) override;
  async::Task<std::string> Check(absl::Duration within) override;
  uint64_t acknowledged() const override;

 private:
  async::Task<std::string> CheckOnce(const Actor& admin, const std::vector<Flow>& flows);

  Api& api_;
  const FashionOptions options_;
  Town town_;
  std::vector<std::unique_ptr<Person>> people_;
  // Before those whose steps it runs are gone.
  async::Scope scope_;
};

}  // namespace maru::workload::fashion

#endif  // MARU_TESTS_WORKLOAD_FASHION_LOAD_H_
