// What others show of a course on which one customer acts alone: every state it has been through,
// in order, so that a page that lost, doubled or forgot something cannot pass.
#ifndef MARU_TESTS_WORKLOAD_MIRROR_H_
#define MARU_TESTS_WORKLOAD_MIRROR_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace maru::workload {

// Counts of a schedule, or of its page.
struct Counts {
  int comments = 0;
  int bookmarks = 0;
  int likes = 0;
  int reviews = 0;
  bool operator==(const Counts&) const = default;
};

std::string Describe(const Counts& counts);

template <typename Row>
Counts CountsOf(const Row& row) {
  return {row.comment_count(), row.bookmark_count(), row.like_count(), row.review_count()};
}

class Mirror {
 public:
  // Who shows it.
  enum class Place { kSchedule, kPage };
  // What a position that went with the read covers.
  enum class Covers { kNothing, kCommunications, kReviews };

  // The counts after an acknowledged command.
  void Now(Counts counts);
  const Counts& now() const { return now_; }
  // A command whose outcome nobody knows: nothing more can be said.
  void Lose() { lost_ = true; }

  // Counts that `place` showed. Comments, bookmarks and likes come from one topic, reviews from
  // another: each must be a state that was, not older than one that the place has shown before; the
  // last one where the position covers it. What is wrong, or an empty text.
  std::string Shown(Place place, const Counts& shown, Covers covers);

 private:
  // One topic's states, and how far each place has come.
  struct Track {
    std::vector<Counts> states = {{}};
    std::map<Place, size_t> seen;
    bool Accept(Place place, const Counts& shown, bool last);
  };

  Counts now_;
  Track communications_;
  Track reviews_;
  bool lost_ = false;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_MIRROR_H_
