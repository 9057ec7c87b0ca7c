// Real processes as the workload sees them: plain gRPC, with nothing of the runtime in between that
// could hide a fault.
#ifndef MARU_TESTS_HARNESS_SYSTEM_API_H_
#define MARU_TESTS_HARNESS_SYSTEM_API_H_

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/thread_loop.h"
#include "tests/harness/system.h"
#include "tests/workload/api.h"

namespace maru::harness {

// One thread of callers. Calls block that thread, so its tasks go on one at a time; several of
// these call at once.
class SystemApi final : public Api {
 public:
  // Chance comes from `seed`.
  SystemApi(System& system, uint64_t seed);

  async::Task<Outcome> Call(std::string_view deployment, std::string_view path,
                            const std::string& request, CallOptions options,
                            std::string* reply) override;
  async::Task<Outcome> CallStream(std::string_view deployment, std::string_view path,
                                  const std::string& request, CallOptions options,
                                  std::vector<std::string>* replies) override;
  std::string Token(const std::string& role, const std::string& subject,
                    const std::vector<std::string>& store_ids) override {
    return system_.Token(role, subject, store_ids);
  }
  std::string ForgedToken(Forgery forgery) override;
  const std::vector<std::string>& contexts() const override { return contexts_; }
  // Nobody knows how long a process of the operating system was kept waiting.
  bool CalmSince(Instant) const override { return false; }
  async::ThreadLoop& executor() override { return loop_; }
  Random& random() override { return random_; }

 private:
  class Twister final : public Random {
   public:
    explicit Twister(uint64_t seed) : engine_(seed) {}
    uint64_t Next() override { return engine_(); }

   private:
    std::mt19937_64 engine_;
  };

  System& system_;
  const std::vector<std::string> contexts_;
  Twister random_;
  async::ThreadLoop loop_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_SYSTEM_API_H_
