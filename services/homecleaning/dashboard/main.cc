#include "mesh/context/run_context.h"
#include "services/homecleaning/dashboard/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv,
                                {"homecleaning", "dashboard", "all of a reservation on one page"},
                                maru::homecleaning::dashboard::Wire);
}
