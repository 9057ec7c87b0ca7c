// SimApi: a simulated system as the workload sees it: a client outside of it, which suffers the
// same network.
#ifndef MARU_TESTS_SIMULATION_SIM_API_H_
#define MARU_TESTS_SIMULATION_SIM_API_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/seeded_random.h"
#include "tests/simulation/world.h"
#include "tests/workload/api.h"

namespace maru::simulation {

class SimApi final : public workload::Api {
 public:
  // As clients of one of its systems see it. `world` outlives the API.
  SimApi(World& world, const System& system);

  async::Task<workload::Outcome> Call(std::string_view deployment, std::string_view path,
                                      const std::string& request, workload::CallOptions options,
                                      std::string* reply) override;
  async::Task<workload::Outcome> CallStream(std::string_view deployment, std::string_view path,
                                            const std::string& request,
                                            workload::CallOptions options,
                                            std::vector<std::string>* replies) override;
  std::string Token(const std::string& role, const std::string& subject,
                    const std::vector<std::string>& store_ids) override {
    return world_.fixture().Token(role, subject, store_ids);
  }
  std::string ForgedToken(workload::Forgery forgery) override {
    return world_.fixture().ForgedToken(forgery);
  }
  const std::vector<std::string>& contexts() const override { return contexts_; }
  bool CalmSince(Instant since) const override {
    return calm_since_.has_value() && *calm_since_ <= since;
  }
  bool MayPark() const override { return may_park_; }
  async::Executor& executor() override { return world_.client(); }
  Random& random() override { return random_; }

  // From now on nothing goes wrong any more; or it does.
  void SetCalm(bool calm) {
    calm_since_ = calm ? std::optional(world_.client().Now()) : std::nullopt;
  }
  // Unary calls that were answered, whatever the answer.
  uint64_t calls() const { return calls_; }

 private:
  // For readers of the trace.
  void Remark(uint64_t call, std::string_view what, std::string_view path, const std::string& more);
  rpc::Channel& ChannelTo(std::string_view deployment);
  workload::Outcome OutcomeOf(const rpc::Reply& reply, Instant began) const;

  World& world_;
  SeededRandom random_;
  const bool may_park_;
  std::vector<std::string> contexts_;
  std::map<std::string, std::unique_ptr<rpc::Channel>, std::less<>> channels_;
  std::optional<Instant> calm_since_;
  uint64_t calls_ = 0;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_SIM_API_H_
