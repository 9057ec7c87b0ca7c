#include "tests/workload/homecleaning/load.h"

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/homecleaning/checkers.h"
#include "tests/workload/homecleaning/cleaner.h"
#include "tests/workload/homecleaning/customer.h"
#include "tests/workload/homecleaning/stored.h"

namespace maru::workload::homecleaning {

using async::Task;

HomecleaningLoad::HomecleaningLoad(Api& api, const HomecleaningOptions& options)
    : api_(api), options_(options) {
  for (int i = 0; i < options_.customers; ++i) {
    people_.push_back(std::make_unique<Customer>(api, absl::StrCat("homecleaning-customer-", i),
                                                 town_, options_.person));
  }
  for (int i = 0; i < options_.cleaners; ++i) {
    people_.push_back(
        std::make_unique<Cleaner>(api, absl::StrCat("cleaner-", i), town_, options_.person));
  }
}

Task<> HomecleaningLoad::Run(Instant until) {
  for (const auto& person : people_) scope_.Spawn(Act(*person, until, options_.most_think));
  co_await scope_.Drained();
}

Task<std::string> HomecleaningLoad::CheckOnce(const Actor& admin, const std::vector<Flow>& flows) {
  const auto stored = co_await ReadStored(admin, flows);
  if (!stored.ok()) co_return absl::StrCat("[readable] ", stored.status().ToString(), "\n");
  co_return CheckHomecleaning(*stored, town_);
}

Task<std::string> HomecleaningLoad::Check(absl::Duration within) {
  const Actor admin(api_, "admin", "root");
  const auto check = [this, &admin](const std::vector<Flow>& flows) {
    return CheckOnce(admin, flows);
  };
  const std::string replies = ProblemsOf(people_);
  co_return replies + co_await CheckAtRest(admin, within, check);
}

uint64_t HomecleaningLoad::acknowledged() const { return AcknowledgedBy(people_); }

}  // namespace maru::workload::homecleaning
