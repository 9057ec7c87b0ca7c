#include "mesh/context/run_context.h"
#include "services/fashion/store/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"fashion", "store", "what stores are to send"},
                                maru::fashion::store::Wire);
}
