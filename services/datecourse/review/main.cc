#include <memory>

#include "mesh/context/run_context.h"
#include "services/datecourse/review/policies.h"
#include "services/datecourse/review/service.h"

int main(int argc, char** argv) {
  namespace review = maru::datecourse::review;
  return maru::mesh::RunContext(argc, argv, {"datecourse", "review", "reviews of date courses"},
                                [](maru::mesh::Context& context) {
                                  context.Serve(std::make_unique<review::ReviewService>(
                                      context.store(), context.Peer("schedule")));
                                  review::AddPolicies(context.policies());
                                });
}
