#include "services/food/dashboard/wire.h"

#include <memory>

#include "services/food/dashboard/service.h"
#include "services/food/dashboard/tables.h"
#include "services/food/dashboard/view.h"

namespace maru::food::dashboard {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<DashboardService>(context.process().executor(), context.store()));
  AddView(context.View(TableNumbers()));
}

}  // namespace maru::food::dashboard
