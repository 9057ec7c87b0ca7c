#include "mesh/context/run_context.h"
#include "services/books/admin/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"books", "admin", "the list of books"},
                                maru::books::admin::Wire);
}
