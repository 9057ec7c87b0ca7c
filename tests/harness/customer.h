// One customer of a load: leaves, changes and takes back comments, bookmarks, likes and reviews,
// and tries what must be refused. As nobody else acts under its name, it knows what each reply has
// to be.
#ifndef MARU_TESTS_HARNESS_CUSTOMER_H_
#define MARU_TESTS_HARNESS_CUSTOMER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/harness/actor.h"
#include "tests/harness/ledger.h"

namespace maru::harness {

// A schedule of the load.
struct Course {
  std::string id;
  std::string uploader_id;
  bool review_open = true;
  // Its host deletes it while the load runs: from some moment on, new entries are NOT_FOUND.
  bool ends = false;
};

// Not thread-safe: one thread drives it.
class Customer {
 public:
  // Every customer sees the same courses. `foreign_id` is a comment of somebody else.
  Customer(System& system, const std::string& subject, const std::vector<Course>& courses,
           std::string foreign_id, uint64_t seed);

  // One command, repeated until its outcome is known. `gave_up` once no server has answered for a
  // long time.
  void Step();

  const Ledger& ledger() const { return ledger_; }
  // Commands whose outcome is known, in all and those that review took.
  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t acknowledged_reviews() const { return acknowledged_reviews_; }
  // Replies that no rule allows.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  // What this customer has on one course.
  struct Own {
    std::vector<std::string> comments;
    std::string bookmark;
    std::string like;
    std::string review;
  };

  void Comment();
  void ModifyComment();
  void DeleteComment();
  void ToggleBookmark();
  void ToggleLike();
  void WriteReview();
  void ModifyReview();
  void DeleteReview();
  void LookAtPage();
  // What must be refused.
  void TryInvalid();
  void TryForeign();
  void TryRepeat();
  void TryReuseOfRequestId();

  void Toggle(communication::Communication::Kind kind, std::string& own);
  std::optional<communication::Communication> Register(communication::Communication::Kind kind,
                                                       const std::string& text);
  Result<review::Review> AskForReview(const review::WriteReviewRequest& request);
  std::optional<communication::Communication> Delete(const std::string& id);
  // Counts the outcome as one of `wanted`, or notes a problem.
  bool Expect(const char* what, const Outcome& outcome, absl::StatusCode code,
              const std::string& reason = "");
  void Note(const std::string& problem);

  Own& own() { return own_[course_->id]; }
  std::string Text();
  size_t Pick(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random_); }

  const Actor actor_;
  const std::vector<Course>& courses_;
  const std::string foreign_id_;
  std::mt19937_64 random_;
  // The course of this step.
  const Course* course_ = nullptr;
  std::map<std::string, Own> own_;
  // The last comment that was registered, for repeats.
  std::optional<std::pair<communication::RegisterRequest, communication::Communication>> last_;
  uint64_t acknowledged_ = 0;
  uint64_t acknowledged_reviews_ = 0;
  uint64_t texts_ = 0;
  Ledger ledger_;
  std::vector<std::string> problems_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_CUSTOMER_H_
