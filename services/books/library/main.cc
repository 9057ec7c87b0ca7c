#include "mesh/context/run_context.h"
#include "services/books/library/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv,
                                {"books", "library", "what librarians take in and reprint"},
                                maru::books::library::Wire);
}
