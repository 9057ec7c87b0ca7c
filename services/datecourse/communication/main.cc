#include <memory>

#include "mesh/context/run_context.h"
#include "services/datecourse/communication/policies.h"
#include "services/datecourse/communication/service.h"

int main(int argc, char** argv) {
  namespace communication = maru::datecourse::communication;
  return maru::mesh::RunContext(
      argc, argv, {"datecourse", "communication", "comments, bookmarks and likes of customers"},
      [](maru::mesh::Context& context) {
        context.Serve(std::make_unique<communication::CommunicationService>(context.store()));
        communication::AddPolicies(context.policies());
      });
}
