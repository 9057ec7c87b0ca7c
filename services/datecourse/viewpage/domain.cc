#include "services/datecourse/viewpage/domain.h"

#include <algorithm>
#include <cstdint>

namespace maru::datecourse::viewpage {
namespace {

int32_t Sum(int32_t count, int added) { return std::max(count + added, 0); }

template <class From, class To>
void CopyRating(const From& from, To& to) {
  if (from.has_rating()) {
    to.set_rating(from.rating());
  } else {
    to.clear_rating();
  }
}

void AddComments(int added, State& state) {
  if (state.phase == Phase::kGone) return;
  state.page.set_comment_count(Sum(state.page.comment_count(), added));
}

void AddBookmarks(int added, State& state) {
  if (state.phase == Phase::kGone) return;
  state.page.set_bookmark_count(Sum(state.page.bookmark_count(), added));
}

void AddLikes(int added, State& state) {
  if (state.phase == Phase::kGone) return;
  state.page.set_like_count(Sum(state.page.like_count(), added));
}

}  // namespace

void Apply(const schedule::v1::ScheduleRegistered& event, State& state) {
  if (state.phase != Phase::kWaiting) return;
  state.phase = Phase::kShown;
  state.page.set_title(event.title());
  state.page.set_content(event.content());
  state.page.set_uploader(event.uploader());
  state.page.set_review_open(event.review_open());
}

void Apply(const schedule::v1::ScheduleModified& event, State& state) {
  if (state.phase != Phase::kShown) return;
  state.page.set_title(event.title());
  state.page.set_content(event.content());
  state.page.set_review_open(event.review_open());
}

void Apply(const schedule::v1::ScheduleDeleted&, State& state) {
  state.phase = Phase::kGone;
  state.page.Clear();
}

void Apply(const communication::v1::CommentRegistered&, State& state) { AddComments(1, state); }
void Apply(const communication::v1::CommentDeleted&, State& state) { AddComments(-1, state); }
void Apply(const communication::v1::BookmarkRegistered&, State& state) { AddBookmarks(1, state); }
void Apply(const communication::v1::BookmarkCanceled&, State& state) { AddBookmarks(-1, state); }
void Apply(const communication::v1::LikeRegistered&, State& state) { AddLikes(1, state); }
void Apply(const communication::v1::LikeCanceled&, State& state) { AddLikes(-1, state); }

disk::Review ToRow(const review::v1::ReviewRegistered& event,
                   const google::protobuf::Timestamp& time) {
  disk::Review row;
  row.set_review_id(event.review_id());
  row.set_customer_id(event.customer_id());
  row.set_comment_text(event.comment_text());
  CopyRating(event, row);
  *row.mutable_create_time() = time;
  return row;
}

void Apply(const review::v1::ReviewModified& event, disk::Review& row) {
  row.set_comment_text(event.comment_text());
  CopyRating(event, row);
}

void ShowReviews(int added, const std::vector<disk::Review>& newest, State& state) {
  if (state.phase == Phase::kGone) return;
  state.page.set_review_count(Sum(state.page.review_count(), added));
  const size_t shown = std::min(newest.size(), kLatestReviews);
  state.page.mutable_latest_reviews()->Assign(newest.begin(),
                                              newest.begin() + static_cast<ptrdiff_t>(shown));
}

v1::ScheduleView ToApi(const disk::Page& page) {
  v1::ScheduleView view;
  view.set_schedule_id(page.schedule_id());
  view.set_title(page.title());
  view.set_content(page.content());
  view.set_uploader(page.uploader());
  view.set_review_open(page.review_open());
  view.set_comment_count(page.comment_count());
  view.set_bookmark_count(page.bookmark_count());
  view.set_like_count(page.like_count());
  view.set_review_count(page.review_count());
  for (const disk::Review& row : page.latest_reviews()) {
    v1::LatestReview& shown = *view.add_latest_reviews();
    shown.set_review_id(row.review_id());
    shown.set_customer_id(row.customer_id());
    shown.set_comment_text(row.comment_text());
    CopyRating(row, shown);
    *shown.mutable_create_time() = row.create_time();
  }
  return view;
}

}  // namespace maru::datecourse::viewpage
