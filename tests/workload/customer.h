// One customer of a load: leaves, changes and takes back comments, bookmarks, likes and reviews,
// and tries what must be refused. As nobody else acts under its name, it knows what each reply has
// to be.
#ifndef MARU_TESTS_WORKLOAD_CUSTOMER_H_
#define MARU_TESTS_WORKLOAD_CUSTOMER_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/workload/actor.h"
#include "tests/workload/ledger.h"

namespace maru::workload {

// A schedule of the load.
struct Course {
  std::string id;
  std::string uploader_id;
  bool review_open = true;
  // Its host deletes it while the load runs: from some moment on, new entries are NOT_FOUND.
  bool ends = false;
};

// On the thread of its Api. One Step at a time; it is finished before the customer is destroyed.
class Customer {
 public:
  // Every customer sees the same courses. `foreign_id` is a comment of somebody else.
  Customer(Api& api, const std::string& subject, const std::vector<Course>& courses,
           std::string foreign_id);

  // One command, repeated until its outcome is known.
  async::Task<> Step();

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

  async::Task<> Comment();
  async::Task<> ModifyComment();
  async::Task<> DeleteComment();
  async::Task<> ToggleBookmark();
  async::Task<> ToggleLike();
  async::Task<> WriteReview();
  async::Task<> ModifyReview();
  async::Task<> DeleteReview();
  async::Task<> LookAtPage();
  // What must be refused.
  async::Task<> TryInvalid();
  async::Task<> TryForeign();
  async::Task<> TryRepeat();
  async::Task<> TryReuseOfRequestId();

  async::Task<> Toggle(communication::Communication::Kind kind, std::string& own);
  async::Task<std::optional<communication::Communication>> Register(
      communication::Communication::Kind kind, std::string text);
  async::Task<Result<review::Review>> AskForReview(const review::WriteReviewRequest& request);
  async::Task<std::optional<communication::Communication>> Delete(std::string id);
  // Counts the outcome as one of `wanted`, or notes a problem.
  bool Expect(const char* what, const Outcome& outcome, absl::StatusCode code,
              const std::string& reason = "");
  void Note(const std::string& problem);

  Own& own() { return own_[course_->id]; }
  std::string Text();
  size_t Pick(size_t count) { return actor_.api().random().Next() % count; }

  std::string NewId() { return NewRequestId(actor_.api().random()); }

  const Actor actor_;
  const std::vector<Course>& courses_;
  const std::string foreign_id_;
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

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_CUSTOMER_H_
