#include "mesh/context/run_context.h"
#include "services/datecourse/schedule/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv,
                                {"datecourse", "schedule", "date courses that hosts publish"},
                                maru::datecourse::schedule::Wire);
}
