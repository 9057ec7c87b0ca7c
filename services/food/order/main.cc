#include "mesh/context/run_context.h"
#include "services/food/order/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"food", "order", "orders of food"},
                                maru::food::order::Wire);
}
