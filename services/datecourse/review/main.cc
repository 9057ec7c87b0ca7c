#include "mesh/context/run_context.h"
#include "services/datecourse/review/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"datecourse", "review", "reviews of date courses"},
                                maru::datecourse::review::Wire);
}
