#include "mesh/context/run_context.h"
#include "services/homecleaning/paymethod/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv,
                                {"homecleaning", "paymethod", "how reservations are paid"},
                                maru::homecleaning::paymethod::Wire);
}
