#include "services/datecourse/viewpage/wire.h"

#include <memory>

#include "services/datecourse/viewpage/service.h"
#include "services/datecourse/viewpage/tables.h"
#include "services/datecourse/viewpage/view.h"

namespace maru::datecourse::viewpage {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<ViewpageService>(context.store()));
  AddView(context.View(TableNumbers()));
}

}  // namespace maru::datecourse::viewpage
