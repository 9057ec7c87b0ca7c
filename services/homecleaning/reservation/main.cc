#include "mesh/context/run_context.h"
#include "services/homecleaning/reservation/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv,
                                {"homecleaning", "reservation", "reservations of cleanings"},
                                maru::homecleaning::reservation::Wire);
}
