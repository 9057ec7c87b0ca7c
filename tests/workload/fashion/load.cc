#include "tests/workload/fashion/load.h"

#include "absl/strings/str_cat.h"
#include "tests/workload/checkers.h"
#include "tests/workload/fashion/checkers.h"
#include "tests/workload/fashion/customer.h"
#include "tests/workload/fashion/owner.h"
#include "tests/workload/fashion/rider.h"
#include "tests/workload/fashion/stored.h"

namespace maru::workload::fashion {

using async::Task;

FashionLoad::FashionLoad(Api& api, const FashionOptions& options) : api_(api), options_(options) {
  for (int i = 0; i < options_.customers; ++i) {
    people_.push_back(std::make_unique<Customer>(api, absl::StrCat("fashion-customer-", i), town_,
                                                 options_.person));
  }
  for (const char* store_id : kStores) {
    people_.push_back(std::make_unique<Owner>(api, store_id, town_, options_.person));
  }
  for (int i = 0; i < options_.riders; ++i) {
    people_.push_back(
        std::make_unique<Rider>(api, absl::StrCat("fashion-rider-", i), town_, options_.person));
  }
}

Task<> FashionLoad::Run(Instant until) {
  for (const auto& person : people_) scope_.Spawn(Act(*person, until, options_.most_think));
  co_await scope_.Drained();
}

Task<std::string> FashionLoad::CheckOnce(const Actor& admin, const std::vector<Flow>& flows) {
  const auto stored = co_await ReadStored(admin, flows);
  if (!stored.ok()) co_return absl::StrCat("[readable] ", stored.status().ToString(), "\n");
  co_return CheckFashion(*stored, town_);
}

Task<std::string> FashionLoad::Check(absl::Duration within) {
  const Actor admin(api_, "admin", "root");
  const auto check = [this, &admin](const std::vector<Flow>& flows) {
    return CheckOnce(admin, flows);
  };
  const std::string replies = ProblemsOf(people_);
  co_return replies + co_await CheckAtRest(admin, within, check);
}

uint64_t FashionLoad::acknowledged() const { return AcknowledgedBy(people_); }

}  // namespace maru::workload::fashion
