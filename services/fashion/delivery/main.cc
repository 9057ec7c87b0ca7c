#include "mesh/context/run_context.h"
#include "services/fashion/delivery/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"fashion", "delivery", "deliveries of orders"},
                                maru::fashion::delivery::Wire);
}
