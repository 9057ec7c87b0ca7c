#include "tests/torture/loads.h"

#include "tests/workload/books/load.h"
#include "tests/workload/fashion/load.h"
#include "tests/workload/food/load.h"
#include "tests/workload/homecleaning/load.h"
#include "tests/workload/workload.h"

namespace maru::harness {
namespace {

template <class Load, class Options>
std::unique_ptr<workload::SystemLoad> MakeLoad(workload::Api& api) {
  Options options;
  options.customers = 6;
  options.most_think = absl::Milliseconds(60);
  return std::make_unique<Load>(api, options);
}

// Refuses what is dear, and now and then does not answer.
const std::vector<std::string> kPayment = {"--provider.limit=1000000", "--provider.fail_percent=4"};

}  // namespace

const std::vector<TorturedSystem>& TorturedSystems() {
  static const auto& systems = *new std::vector<TorturedSystem>{
      {"datecourse", {}, MakeLoad<workload::Workload, workload::WorkloadOptions>},
      {"homecleaning",
       {{"homecleaning-payment", kPayment}},
       MakeLoad<workload::homecleaning::HomecleaningLoad,
                workload::homecleaning::HomecleaningOptions>},
      {"books", {}, MakeLoad<workload::books::BooksLoad, workload::books::BooksOptions>},
      {"food",
       {{"food-payment", kPayment}, {"food-store", {"--ticket.accept_limit=15s"}}},
       MakeLoad<workload::food::FoodLoad, workload::food::FoodOptions>},
      {"fashion",
       {{"fashion-payment", kPayment}},
       MakeLoad<workload::fashion::FashionLoad, workload::fashion::FashionOptions>},
  };
  return systems;
}

}  // namespace maru::harness
