#include "services/books/book/wire.h"

#include <memory>

#include "services/books/book/policies.h"
#include "services/books/book/service.h"

namespace maru::books::book {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<BookService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::books::book
