#include "services/fashion/orderview/wire.h"

#include <memory>

#include "services/fashion/orderview/service.h"
#include "services/fashion/orderview/tables.h"
#include "services/fashion/orderview/view.h"

namespace maru::fashion::orderview {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<OrderviewService>(context.store()));
  AddView(context.View(TableNumbers()));
}

}  // namespace maru::fashion::orderview
