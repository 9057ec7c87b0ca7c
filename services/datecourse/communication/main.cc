#include "mesh/context/run_context.h"
#include "services/datecourse/communication/wire.h"

int main(int argc, char** argv) {
  return maru::mesh::RunContext(
      argc, argv, {"datecourse", "communication", "comments, bookmarks and likes of customers"},
      maru::datecourse::communication::Wire);
}
