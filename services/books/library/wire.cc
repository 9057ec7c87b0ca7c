#include "services/books/library/wire.h"

#include <memory>

#include "services/books/library/saga.h"
#include "services/books/library/service.h"

namespace maru::books::library {

void Wire(mesh::Context& context) {
  WarehouseSaga& saga = context.sagas().Add(Warehouse(context.Peer("book")));
  context.Serve(std::make_unique<LibraryService>(context.store(), saga));
}

}  // namespace maru::books::library
