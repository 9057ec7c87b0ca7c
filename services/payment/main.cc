#include "mesh/context/run_context.h"
#include "services/payment/wire.h"

int main(int argc, char** argv) {
  // One implementation for several systems: the configuration says which (--system).
  return maru::mesh::RunContext(argc, argv, {"", "payment", "payments"}, maru::payment::Wire);
}
