// An Api that answers as a test says, at once, under a test's time.
#ifndef MARU_TESTS_WORKLOAD_FAKE_API_H_
#define MARU_TESTS_WORKLOAD_FAKE_API_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "tests/workload/api.h"

namespace maru::workload {

class FakeApi final : public Api {
 public:
  // The answer to a call: `reply` is what goes back with OK.
  using Answer =
      std::function<Outcome(std::string_view path, const std::string& request, std::string* reply)>;
  explicit FakeApi(Answer answer) : answer_(std::move(answer)) {}

  async::Task<Outcome> Call(std::string_view, std::string_view path, const std::string& request,
                            CallOptions, std::string* reply) override {
    co_return answer_(path, request, reply);
  }
  async::Task<Outcome> CallStream(std::string_view, std::string_view, const std::string&,
                                  CallOptions, std::vector<std::string>*) override {
    Outcome outcome;
    outcome.code = absl::StatusCode::kUnimplemented;
    co_return outcome;
  }
  std::string Token(const std::string& role, const std::string& subject,
                    const std::vector<std::string>&) override {
    return role + subject;
  }
  std::string ForgedToken(Forgery) override { return "forged"; }
  const std::vector<std::string>& contexts() const override { return contexts_; }
  bool CalmSince(Instant) const override { return false; }
  async::ManualExecutor& executor() override { return executor_; }
  Random& random() override { return random_; }

  // Runs `task` to its end, however long that takes.
  template <typename T>
  T Run(async::Task<T> task) {
    std::optional<T> result;
    async::Scope scope;
    scope.Spawn(Keep(std::move(task), result));
    while (!result.has_value()) executor_.Advance(absl::Seconds(1));
    return *std::move(result);
  }

 private:
  class Counting final : public Random {
   public:
    uint64_t Next() override { return ++last_ * 0x9e3779b97f4a7c15; }

   private:
    uint64_t last_ = 0;
  };

  template <typename T>
  static async::Task<> Keep(async::Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
  }

  Answer answer_;
  const std::vector<std::string> contexts_;
  async::ManualExecutor executor_;
  Counting random_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_FAKE_API_H_
