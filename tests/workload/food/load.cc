#include "tests/workload/food/load.h"

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/food/checkers.h"
#include "tests/workload/food/customer.h"
#include "tests/workload/food/owner.h"
#include "tests/workload/food/rider.h"
#include "tests/workload/food/stored.h"

namespace maru::workload::food {

using async::Task;

FoodLoad::FoodLoad(Api& api, const FoodOptions& options) : api_(api), options_(options) {
  for (int i = 0; i < options_.customers; ++i) {
    people_.push_back(
        std::make_unique<Customer>(api, absl::StrCat("food-customer-", i), town_, options_.person));
  }
  for (const char* store_id : kStores) {
    people_.push_back(std::make_unique<Owner>(api, store_id, town_, options_.person));
  }
  for (int i = 0; i < options_.riders; ++i) {
    people_.push_back(
        std::make_unique<Rider>(api, absl::StrCat("rider-", i), town_, options_.person));
  }
}

Task<> FoodLoad::Run(Instant until) {
  for (const auto& person : people_) scope_.Spawn(Act(*person, until, options_.most_think));
  co_await scope_.Drained();
}

Task<std::string> FoodLoad::CheckOnce(const Actor& admin, const std::vector<Flow>& flows) {
  const std::string waiting = co_await WaitingTickets(admin);
  if (!waiting.empty()) co_return absl::StrCat("[waiting]\n", waiting, "\n");
  const auto stored = co_await ReadStored(admin, town_, flows);
  if (!stored.ok()) co_return absl::StrCat("[readable] ", stored.status().ToString(), "\n");
  co_return CheckFood(*stored, town_);
}

Task<std::string> FoodLoad::Check(absl::Duration within) {
  const Actor admin(api_, "admin", "root");
  const auto check = [this, &admin](const std::vector<Flow>& flows) {
    return CheckOnce(admin, flows);
  };
  const std::string replies = ProblemsOf(people_);
  co_return replies + co_await CheckAtRest(admin, within, check);
}

uint64_t FoodLoad::acknowledged() const { return AcknowledgedBy(people_); }

}  // namespace maru::workload::food
