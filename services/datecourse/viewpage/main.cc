#include "mesh/context/run_context.h"
#include "services/datecourse/viewpage/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv,
                                {"datecourse", "viewpage", "one page with all of a date course"},
                                maru::datecourse::viewpage::Wire);
}
