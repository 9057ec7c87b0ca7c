// What all people of a load have in common, whatever the system: they act under a token of their
// own, repeat a command until its outcome is known, and know what each reply may be.
#ifndef MARU_TESTS_WORKLOAD_PERSON_H_
#define MARU_TESTS_WORKLOAD_PERSON_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/workload/actor.h"

namespace maru::workload {

struct BadCall;

// How a contract says no.
struct Refusal {
  absl::StatusCode code;
  std::string_view reason;
};

inline constexpr Refusal kNotFound{absl::StatusCode::kNotFound, "NOT_FOUND"};
inline constexpr Refusal kAlreadyExists{absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"};
inline constexpr Refusal kReviewClosed{absl::StatusCode::kFailedPrecondition, "REVIEW_CLOSED"};
inline constexpr Refusal kCommentDeleted{absl::StatusCode::kFailedPrecondition, "COMMENT_DELETED"};
inline constexpr Refusal kNotAComment{absl::StatusCode::kFailedPrecondition, "NOT_A_COMMENT"};
inline constexpr Refusal kInvalidField{absl::StatusCode::kInvalidArgument, "INVALID_FIELD"};
inline constexpr Refusal kInvalidPageToken{absl::StatusCode::kInvalidArgument,
                                           "INVALID_PAGE_TOKEN"};
inline constexpr Refusal kInvalidPosition{absl::StatusCode::kInvalidArgument, "INVALID_POSITION"};
inline constexpr Refusal kRequestIdReused{absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"};
inline constexpr Refusal kRoleRequired{absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED"};
inline constexpr Refusal kUnauthenticated{absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED"};

struct PersonOptions {
  // How long a command is repeated.
  absl::Duration patience = absl::Seconds(60);
  // Now and then a person gives up early, and never learns what a command did. Otherwise a command
  // without an answer is a problem.
  bool gives_up = false;
};

// On the thread of its Api. One step at a time; it is finished before the person is destroyed.
class Person {
 public:
  virtual ~Person() = default;

  // One command, repeated until its outcome is known or the person gives up, or one look.
  virtual async::Task<> Step() = 0;

  const std::string& subject() const { return actor_.subject(); }
  // Commands whose outcome is known.
  uint64_t acknowledged() const { return acknowledged_; }
  // Replies that no rule allows.
  const std::vector<std::string>& problems() const { return problems_; }
  Api& api() const { return actor_.api(); }

 protected:
  enum class Verdict {
    kDone,
    // Surely without effect.
    kRefused,
    // It may have had its effect, or may have it later.
    kUnknown,
  };

  Person(Actor actor, PersonOptions options) : actor_(std::move(actor)), options_(options) {}

  // A command, as often as this person likes to repeat it.
  template <typename Request, typename Reply>
  async::Task<Insisted<Reply>> Insist(Method<Request, Reply> method, Request request) {
    return actor_.Insist(method, std::move(request), DrawPatience());
  }

  // What became of a command, which may be done if `may_succeed`, or be refused as `refusals` say;
  // anything else is noted as a problem.
  template <typename Reply>
  Verdict Judge(std::string_view what, const Insisted<Reply>& result, bool may_succeed,
                const std::vector<Refusal>& refusals) {
    return Judge(what, result, result.began, result.uncertain, may_succeed, refusals);
  }
  // A command that can have no effect and must be refused so.
  template <typename Reply>
  void ExpectRefusal(std::string_view what, const Insisted<Reply>& result, Refusal refusal) {
    Judge(what, result, result.began, /*uncertain=*/false, /*may_succeed=*/false, {refusal});
  }
  // A call that breaks a rule: refused so, whoever tries.
  async::Task<> TryBadCall(const BadCall& call);
  // Whether a read that began at `began` was answered. A passing refusal is no problem, unless
  // everything ran.
  bool Answered(std::string_view what, const Outcome& outcome, Instant began);

  // The same for a list that was read to its end; any other refusal is a problem.
  bool Listed(std::string_view what, const absl::Status& status, Instant began);

  void Note(const std::string& problem);
  bool Calm(Instant since) const;
  // The row that somebody who did not wait was told of; empty: it was another answer.
  static std::string PendingRow(const Outcome& outcome);

  Instant Now() const { return api().executor().Now(); }
  size_t Pick(size_t count) { return api().random().Next() % count; }
  bool OneIn(size_t count) { return Pick(count) == 0; }
  std::string NewId() { return NewRequestId(api().random()); }

  const Actor actor_;

 private:
  Patience DrawPatience();
  Verdict Judge(std::string_view what, const Outcome& outcome, Instant began, bool uncertain,
                bool may_succeed, const std::vector<Refusal>& refusals);

  const PersonOptions options_;
  uint64_t acknowledged_ = 0;
  std::vector<std::string> problems_;
};

// One step after the other until `until`, with a pause of at most `most_think` between two.
// `person` must live until the task is finished.
async::Task<> Act(Person& person, Instant until, absl::Duration most_think);

// The first few replies that no rule allows, each on a line behind "[reply]".
std::string ProblemsOf(const std::vector<std::unique_ptr<Person>>& people);
// Commands whose outcome is known.
uint64_t AcknowledgedBy(const std::vector<std::unique_ptr<Person>>& people);

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_PERSON_H_
