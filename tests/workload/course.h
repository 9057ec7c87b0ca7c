// A date course of the workload: what may be true of it at a moment, while its host changes it and
// customers act on it.
#ifndef MARU_TESTS_WORKLOAD_COURSE_H_
#define MARU_TESTS_WORKLOAD_COURSE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace maru::workload {

// Titles count up: who shows an older one than before went back.
std::string TitleOf(std::string_view name, uint64_t version);
// 0: not a title of TitleOf.
uint64_t TitleVersion(std::string_view title);

struct CourseState {
  bool review_open = true;
  bool deleted = false;
};

// Thread-safe. One host at a time changes it, one command after the other.
class Course {
 public:
  // `guest`: the only customer who may act on it; empty: everybody may.
  Course(std::string id, std::string uploader_id, std::string guest, CourseState state)
      : id_(std::move(id)),
        uploader_id_(std::move(uploader_id)),
        guest_(std::move(guest)),
        states_({{state, Instant(), Instant()}}) {}

  const std::string& id() const { return id_; }
  const std::string& uploader_id() const { return uploader_id_; }
  const std::string& guest() const { return guest_; }

  // A command that makes it `state` begins; it then surely took effect, surely had none, or, if
  // neither is called, may have taken effect: then its host lets it be from now on.
  void Begin(CourseState state, Instant now);
  void TookEffect(Instant now);
  void HadNoEffect();

  // As it is once all commands that took effect have.
  CourseState latest() const;
  // Whether it may have been so at some moment of [from, to], as the owning context saw it.
  bool MayBe(const std::function<bool(const CourseState&)>& so, Instant from, Instant to) const;
  bool MayBeDeleted(Instant from, Instant to) const {
    return MayBe([](const CourseState& state) { return state.deleted; }, from, to);
  }

 private:
  struct Spell {
    CourseState state;
    // Of the command that made it so; InfiniteFuture while its outcome is not known.
    Instant began;
    Instant known;
  };

  const std::string id_;
  const std::string uploader_id_;
  const std::string guest_;
  mutable Mutex mutex_;
  std::vector<Spell> states_ ABSL_GUARDED_BY(mutex_);
};

// The courses that there are. Thread-safe.
class Courses {
 public:
  using Ref = std::shared_ptr<Course>;

  void Add(Ref course);
  // Those that `customer` may act on, oldest first.
  std::vector<Ref> For(const std::string& customer) const;
  // Those of a host.
  std::vector<Ref> Of(const std::string& uploader_id) const;

 private:
  std::vector<Ref> Filter(const std::function<bool(const Course&)>& wanted) const;

  mutable Mutex mutex_;
  std::vector<Ref> all_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_COURSE_H_
