#include "mesh/context/run_context.h"
#include "services/homecleaning/cleaning/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"homecleaning", "cleaning", "what cleaners do"},
                                maru::homecleaning::cleaning::Wire);
}
