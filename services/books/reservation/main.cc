#include "mesh/context/run_context.h"
#include "services/books/reservation/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"books", "reservation", "who wants which book"},
                                maru::books::reservation::Wire);
}
