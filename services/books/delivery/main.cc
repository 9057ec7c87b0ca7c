#include "mesh/context/run_context.h"
#include "services/books/delivery/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"books", "delivery", "the way of books to customers"},
                                maru::books::delivery::Wire);
}
