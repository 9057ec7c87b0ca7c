#include "mesh/context/run_context.h"
#include "services/fashion/order/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"fashion", "order", "orders of products"},
                                maru::fashion::order::Wire);
}
