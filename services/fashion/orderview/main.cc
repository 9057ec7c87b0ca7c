#include "mesh/context/run_context.h"
#include "services/fashion/orderview/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"fashion", "orderview", "where orders stand"},
                                maru::fashion::orderview::Wire);
}
