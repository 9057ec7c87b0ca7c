// Course: one run of the verifier: a saga from its request to its end, along a script.
#ifndef MARU_COMMON_SAGA_TESTING_COURSE_H_
#define MARU_COMMON_SAGA_TESTING_COURSE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/manual_executor.h"
#include "common/async/one_shot.h"
#include "common/async/scope.h"
#include "common/rpc/service.h"
#include "common/saga/sagas.h"
#include "common/saga/testing/books.h"
#include "common/saga/testing/quiet_journal.h"
#include "common/saga/testing/verifier.h"
#include "common/store/store_testing.h"

namespace maru::saga::testing {

// At the choice with that number, takes that alternative; everywhere else the first one.
struct Deviation {
  size_t choice;
  size_t alternative;
};
using Script = std::vector<Deviation>;

class Course final : private rpc::Caller {
 public:
  Course(const Subject& subject, Books& books, const Script& script);
  ~Course() override;

  // Runs to the end; what was wrong.
  absl::Status Run();
  // How many alternatives each choice had.
  const std::vector<size_t>& alternatives() const { return alternatives_; }
  // What happened, a line each; those off the smooth course are marked.
  std::string Story() const;

 private:
  struct CallUnderWay {
    const rpc::MethodInfo* method;
    std::string message;
    async::OneShot<rpc::EncodedReply>::Sender answer;
  };
  struct LateRequest {
    const rpc::MethodInfo* method;
    std::string message;
  };
  struct Customer {
    rpc::CallContext call;
    std::optional<absl::StatusOr<std::string>> result;
  };

  async::Task<rpc::EncodedReply> Call(const rpc::CallContext& call, const rpc::MethodInfo& method,
                                      std::string message) override;

  size_t Choose(std::string_view where, const std::vector<std::string_view>& alternatives);
  void Start();
  void Crash();
  void SendRequest();
  void SendCancel();
  // Runs what is ready; a crash may come after each write.
  void Settle();
  void AnswerOldest();
  void Wait();
  void DeliverLate();
  bool IsQuiet() const;
  static bool IsAnswered(const Customer* customer);
  absl::Status RunUntilQuiet();

  absl::Status CheckRows();
  absl::Status CheckAccounts(const std::string& id, bool done);
  absl::Status CheckCustomers();

  const Subject& subject_;
  Books& books_;
  const Script& script_;
  size_t deviations_taken_ = 0;
  std::vector<size_t> alternatives_;
  std::vector<std::string> story_;

  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  QuietJournal journal_;
  maru::store::TestStore store_;
  uint64_t writes_ = 0;
  std::deque<LateRequest> late_;
  // Ids that rows were made with, on disk or not.
  std::vector<std::string> ids_;
  // Those whose rows were done in the end.
  std::vector<std::string> done_;
  // Those that were pending when their owner canceled them, and who was told so.
  std::vector<std::string> canceled_;
  std::vector<std::shared_ptr<Customer>> customers_;
  std::unique_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Sagas> sagas_;
  const Declaration* declaration_ = nullptr;
  bool started_ = false;
  std::deque<CallUnderWay> under_way_;
  async::Scope tasks_;
};

}  // namespace maru::saga::testing

#endif  // MARU_COMMON_SAGA_TESTING_COURSE_H_
