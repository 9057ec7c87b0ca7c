#include "mesh/context/run_context.h"
#include "services/food/store/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"food", "store", "what stores are to cook"},
                                maru::food::store::Wire);
}
