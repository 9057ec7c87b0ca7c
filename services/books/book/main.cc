#include "mesh/context/run_context.h"
#include "services/books/book/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"books", "book", "books and their stock"},
                                maru::books::book::Wire);
}
