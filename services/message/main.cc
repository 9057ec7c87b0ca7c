#include "mesh/context/run_context.h"
#include "services/message/wire.h"

// One implementation for several systems: the configuration says which (--system).
int main(int argc, char** argv) {
  return maru::mesh::RunContext(argc, argv, {"", "message", "messages to people"},
                                maru::message::Wire);
}
