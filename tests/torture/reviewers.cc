#include "tests/torture/reviewers.h"

#include <poll.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace maru::harness {
namespace {

// After an answer nobody hurries, so that a breaker's window is not full of successes; who got none
// tries again.
constexpr absl::Duration kAfterAnswer = absl::Seconds(2);
constexpr absl::Duration kAfterRefusal = absl::Milliseconds(50);
constexpr absl::Duration kLook = absl::Milliseconds(50);

}  // namespace

Reviewers::Reviewers(System& system, std::string course_id, int count)
    : course_id_(std::move(course_id)) {
  for (int i = 0; i < count; ++i) {
    const Actor actor(system, "customer", absl::StrCat("reviewer-", i));
    threads_.emplace_back([this, actor] { Run(actor); });
  }
}

void Reviewers::Run(const Actor& actor) {
  review::WriteReviewRequest request;
  request.set_schedule_id(course_id_);
  request.set_comment_text("언제 다시 열리나요?");
  absl::Time next = absl::Now();
  while (!stop_) {
    if (absl::Now() < next) {
      poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kLook)));
      continue;
    }
    const absl::Time began = absl::Now();
    const Sample sample = {began, actor.Call(kWriteReview, request)};
    next = absl::Now() + (sample.answered() ? kAfterAnswer : kAfterRefusal);
    const MutexLock lock(mutex_);
    samples_.push_back(sample);
  }
}

std::vector<Reviewers::Sample> Reviewers::samples() const {
  const MutexLock lock(mutex_);
  return samples_;
}

void Reviewers::Stop() {
  stop_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace maru::harness
