#include "tests/simulation/systems.h"

#include "services/books/admin/wire.h"
#include "services/books/book/wire.h"
#include "services/books/delivery/wire.h"
#include "services/books/library/wire.h"
#include "services/books/mypage/wire.h"
#include "services/books/reservation/wire.h"
#include "services/datecourse/communication/wire.h"
#include "services/datecourse/review/wire.h"
#include "services/datecourse/schedule/wire.h"
#include "services/datecourse/viewpage/wire.h"
#include "services/fashion/delivery/wire.h"
#include "services/fashion/order/wire.h"
#include "services/fashion/orderview/wire.h"
#include "services/fashion/product/wire.h"
#include "services/fashion/store/wire.h"
#include "services/food/dashboard/wire.h"
#include "services/food/delivery/wire.h"
#include "services/food/order/wire.h"
#include "services/food/store/wire.h"
#include "services/homecleaning/cleaning/wire.h"
#include "services/homecleaning/dashboard/wire.h"
#include "services/homecleaning/paymethod/wire.h"
#include "services/homecleaning/reservation/wire.h"
#include "services/message/wire.h"
#include "services/payment/ledger.h"
#include "services/payment/wire.h"
#include "tests/workload/books/load.h"
#include "tests/workload/fashion/load.h"
#include "tests/workload/food/load.h"
#include "tests/workload/homecleaning/load.h"
#include "tests/workload/workload.h"

namespace maru::simulation {

namespace {

template <class Load, class Options>
std::unique_ptr<workload::SystemLoad> MakeLoad(workload::Api& api) {
  Options options;
  options.customers = 3;
  options.most_think = absl::Milliseconds(1600);
  return std::make_unique<Load>(api, options);
}

// Refuses what is dear, and now and then does not answer.
SimContext Payment() {
  return {.name = "payment",
          .wire = payment::Wire,
          .flags = {"--provider.limit=1000000", "--provider.fail_percent=4"},
          .audit = payment::CheckLedger};
}

System Datecourse() {
  // Events that fail twice in a row are dead: the operator has something to do.
  const std::vector<std::string> flags = {"--events.attempts=2"};
  return {.name = "datecourse",
          .contexts = {{.name = "schedule", .wire = datecourse::schedule::Wire, .flags = flags},
                       {.name = "communication",
                        .wire = datecourse::communication::Wire,
                        .flags = flags},
                       {.name = "review", .wire = datecourse::review::Wire, .flags = flags},
                       {.name = "message", .wire = message::Wire, .flags = flags},
                       {.name = "viewpage", .wire = datecourse::viewpage::Wire, .flags = flags}},
          .load = MakeLoad<workload::Workload, workload::WorkloadOptions>,
          .has_operator = true};
}

System Homecleaning() {
  return {.name = "homecleaning",
          .contexts = {{.name = "reservation", .wire = homecleaning::reservation::Wire},
                       Payment(),
                       {.name = "paymethod", .wire = homecleaning::paymethod::Wire},
                       {.name = "cleaning", .wire = homecleaning::cleaning::Wire},
                       {.name = "message", .wire = message::Wire},
                       {.name = "dashboard", .wire = homecleaning::dashboard::Wire}},
          .load = MakeLoad<workload::homecleaning::HomecleaningLoad,
                           workload::homecleaning::HomecleaningOptions>};
}

System Books() {
  return {.name = "books",
          .contexts = {{.name = "library", .wire = books::library::Wire},
                       {.name = "book", .wire = books::book::Wire},
                       {.name = "admin", .wire = books::admin::Wire},
                       {.name = "reservation", .wire = books::reservation::Wire},
                       {.name = "delivery", .wire = books::delivery::Wire},
                       {.name = "mypage", .wire = books::mypage::Wire}},
          .load = MakeLoad<workload::books::BooksLoad, workload::books::BooksOptions>};
}

System Food() {
  return {.name = "food",
          .contexts = {{.name = "order", .wire = food::order::Wire},
                       Payment(),
                       {.name = "store",
                        .wire = food::store::Wire,
                        .flags = {"--ticket.accept_limit=15s"}},
                       {.name = "delivery", .wire = food::delivery::Wire},
                       {.name = "dashboard", .wire = food::dashboard::Wire}},
          .load = MakeLoad<workload::food::FoodLoad, workload::food::FoodOptions>};
}

System Fashion() {
  return {.name = "fashion",
          .contexts = {{.name = "product", .wire = fashion::product::Wire},
                       {.name = "order", .wire = fashion::order::Wire},
                       Payment(),
                       {.name = "store", .wire = fashion::store::Wire},
                       {.name = "delivery", .wire = fashion::delivery::Wire},
                       {.name = "orderview", .wire = fashion::orderview::Wire}},
          .load = MakeLoad<workload::fashion::FashionLoad, workload::fashion::FashionOptions>};
}

}  // namespace

const std::vector<System>& Systems() {
  static const auto& systems =
      *new std::vector<System>{Datecourse(), Homecleaning(), Books(), Food(), Fashion()};
  return systems;
}

std::vector<const System*> SystemsNamed(std::string_view name) {
  std::vector<const System*> named;
  for (const System& system : Systems()) {
    if (name == "all" || name == system.name) named.push_back(&system);
  }
  return named;
}

}  // namespace maru::simulation
