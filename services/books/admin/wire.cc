#include "services/books/admin/wire.h"

#include <memory>

#include "services/books/admin/service.h"
#include "services/books/admin/tables.h"
#include "services/books/admin/view.h"

namespace maru::books::admin {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<AdminService>(context.store()));
  AddView(context.View(TableNumbers()));
}

}  // namespace maru::books::admin
