#include "tests/workload/mirror.h"

#include "absl/strings/str_cat.h"

namespace maru::workload {
namespace {

Counts WithoutReviews(Counts counts) {
  counts.reviews = 0;
  return counts;
}

Counts OnlyReviews(const Counts& counts) { return {.reviews = counts.reviews}; }

}  // namespace

std::string Describe(const Counts& counts) {
  return absl::StrCat(counts.comments, " comments, ", counts.bookmarks, " bookmarks, ",
                      counts.likes, " likes, ", counts.reviews, " reviews");
}

void Mirror::Now(Counts counts) {
  if (WithoutReviews(counts) != WithoutReviews(now_)) {
    communications_.states.push_back(WithoutReviews(counts));
  }
  if (counts.reviews != now_.reviews) reviews_.states.push_back(OnlyReviews(counts));
  now_ = counts;
}

bool Mirror::Track::Accept(Place place, const Counts& shown, bool last) {
  size_t& at = seen[place];
  if (last) at = states.size() - 1;
  // The oldest state that it can be: what comes later may then still be as old.
  for (size_t i = at; i < states.size(); ++i) {
    if (states[i] == shown) {
      at = i;
      return true;
    }
  }
  return false;
}

std::string Mirror::Shown(Place place, const Counts& shown, Covers covers) {
  if (lost_) return "";
  const bool accepted =
      communications_.Accept(place, WithoutReviews(shown), covers == Covers::kCommunications) &&
      reviews_.Accept(place, OnlyReviews(shown), covers == Covers::kReviews);
  if (accepted) return "";
  return absl::StrCat(place == Place::kPage ? "the page" : "the schedule", " shows ",
                      Describe(shown), covers == Covers::kNothing ? "" : " to who gave a position",
                      ", which is lost, doubled or older than before; now there are ",
                      Describe(now_));
}

}  // namespace maru::workload
