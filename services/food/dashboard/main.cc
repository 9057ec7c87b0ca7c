#include "mesh/context/run_context.h"
#include "services/food/dashboard/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"food", "dashboard", "where each order is"},
                                maru::food::dashboard::Wire);
}
