// Real processes as the workload sees them: plain gRPC, with nothing of the runtime in between that
// could hide a fault.
#ifndef MARU_TESTS_HARNESS_SYSTEM_API_H_
#define MARU_TESTS_HARNESS_SYSTEM_API_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/thread_loop.h"
#include "tests/harness/callers.h"
#include "tests/harness/system.h"
#include "tests/workload/api.h"

namespace maru::harness {

// One thread for the tasks of the workload, and threads on which their calls wait for an answer.
class SystemApi final : public Api {
 public:
  struct Options {
    // Chance comes from it.
    uint64_t seed = 0;
    // Whose contexts are seen; empty: everybody's.
    std::string system = {};
    // Calls at once; what is above waits.
    int callers = 1;
  };

  SystemApi(System& system, const Options& options);

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
  std::vector<std::string> contexts_;
  Twister random_;
  async::ThreadLoop loop_;
  // After the loop, to which they hand the answers.
  Callers callers_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_SYSTEM_API_H_
