#include <memory>

#include "mesh/context/run_context.h"
#include "services/datecourse/schedule/policies.h"
#include "services/datecourse/schedule/service.h"

int main(int argc, char** argv) {
  namespace schedule = maru::datecourse::schedule;
  return maru::mesh::RunContext(
      argc, argv, {"datecourse", "schedule", "date courses that hosts publish"},
      [](maru::mesh::Context& context) {
        context.Serve(std::make_unique<schedule::ScheduleService>(context.store()));
        schedule::AddPolicies(context.policies());
      });
}
