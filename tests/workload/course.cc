#include "tests/workload/course.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/strings.h"

namespace maru::workload {
namespace {

constexpr std::string_view kVersionMark = " ·";

}  // namespace

std::string TitleOf(std::string_view name, uint64_t version) {
  return absl::StrCat(ToAbsl(name), ToAbsl(kVersionMark), version);
}

uint64_t TitleVersion(std::string_view title) {
  const size_t mark = title.rfind(kVersionMark);
  uint64_t version = 0;
  if (mark == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(title.substr(mark + kVersionMark.size())), &version)) {
    return 0;
  }
  return version;
}

void Course::Begin(CourseState state, Instant now) {
  const MutexLock lock(mutex_);
  states_.push_back({state, now, Instant::InfiniteFuture()});
}

void Course::TookEffect(Instant now) {
  const MutexLock lock(mutex_);
  states_.back().known = now;
}

void Course::HadNoEffect() {
  const MutexLock lock(mutex_);
  states_.pop_back();
}

CourseState Course::latest() const {
  const MutexLock lock(mutex_);
  for (auto spell = states_.rbegin();; ++spell) {
    if (spell->known != Instant::InfiniteFuture()) return spell->state;
  }
}

bool Course::MayBe(const std::function<bool(const CourseState&)>& so, Instant from,
                   Instant to) const {
  const MutexLock lock(mutex_);
  // Newest first: a state is over once a later command is known to have taken effect.
  Instant over = Instant::InfiniteFuture();
  for (auto spell = states_.rbegin(); spell != states_.rend(); ++spell) {
    if (spell->began <= to && over >= from && so(spell->state)) return true;
    over = std::min(over, spell->known);
  }
  return false;
}

void Courses::Add(Ref course) {
  const MutexLock lock(mutex_);
  all_.push_back(std::move(course));
}

std::vector<Courses::Ref> Courses::Filter(const std::function<bool(const Course&)>& wanted) const {
  const MutexLock lock(mutex_);
  std::vector<Ref> found;
  for (const Ref& course : all_) {
    if (wanted(*course)) found.push_back(course);
  }
  return found;
}

std::vector<Courses::Ref> Courses::For(const std::string& customer) const {
  return Filter(
      [&](const Course& course) { return course.guest().empty() || course.guest() == customer; });
}

std::vector<Courses::Ref> Courses::Of(const std::string& uploader_id) const {
  return Filter([&](const Course& course) { return course.uploader_id() == uploader_id; });
}

}  // namespace maru::workload
