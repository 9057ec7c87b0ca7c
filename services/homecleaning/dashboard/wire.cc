#include "services/homecleaning/dashboard/wire.h"

#include <memory>

#include "services/homecleaning/dashboard/service.h"
#include "services/homecleaning/dashboard/tables.h"
#include "services/homecleaning/dashboard/view.h"

namespace maru::homecleaning::dashboard {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<DashboardService>(context.store()));
  AddView(context.View(TableNumbers()));
}

}  // namespace maru::homecleaning::dashboard
