#include "mesh/context/run_context.h"
#include "services/food/delivery/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"food", "delivery", "what riders deliver"},
                                maru::food::delivery::Wire);
}
