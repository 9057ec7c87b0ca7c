// How the page of a date course grows out of events (domain.md, section 1 and "Views never go
// back"). Pure: no I/O, no clock.
//
// Within a topic the events of a schedule come in order; between topics in any. So a page may
// gather counts and reviews before the schedule is known: it waits unseen. Once ScheduleDeleted was
// heard, no later event brings it back.
#ifndef MARU_SERVICES_DATECOURSE_VIEWPAGE_DOMAIN_H_
#define MARU_SERVICES_DATECOURSE_VIEWPAGE_DOMAIN_H_

#include <cstddef>
#include <vector>

#include "google/protobuf/timestamp.pb.h"
#include "maru/datecourse/communication/v1/events.pb.h"
#include "maru/datecourse/review/v1/events.pb.h"
#include "maru/datecourse/schedule/v1/events.pb.h"
#include "maru/datecourse/viewpage/store/v1/viewpage.pb.h"
#include "maru/datecourse/viewpage/v1/viewpage.pb.h"

namespace maru::datecourse::viewpage {

namespace disk = store::v1;

// Reviews that a page shows.
inline constexpr size_t kLatestReviews = 3;

enum class Phase {
  kWaiting,  // ScheduleRegistered has not come
  kShown,
  kGone,  // deleted: nothing changes it any more
};

// A page and where it stands. A schedule nobody has heard of is an empty page that waits.
struct State {
  Phase phase = Phase::kWaiting;
  disk::Page page;
};

// What an event does to a page. Nothing, once it is gone; no count ever goes below 0.
void Apply(const schedule::v1::ScheduleRegistered& event, State& state);
void Apply(const schedule::v1::ScheduleModified& event, State& state);
void Apply(const schedule::v1::ScheduleDeleted& event, State& state);
void Apply(const communication::v1::CommentRegistered& event, State& state);
void Apply(const communication::v1::CommentDeleted& event, State& state);
void Apply(const communication::v1::BookmarkRegistered& event, State& state);
void Apply(const communication::v1::BookmarkCanceled& event, State& state);
void Apply(const communication::v1::LikeRegistered& event, State& state);
void Apply(const communication::v1::LikeCanceled& event, State& state);

// A review as it was written at `time`, for the table of its schedule's reviews.
disk::Review ToRow(const review::v1::ReviewRegistered& event,
                   const google::protobuf::Timestamp& time);
void Apply(const review::v1::ReviewModified& event, disk::Review& row);

// What a change of the table of its reviews does to a page: `added` is +1, 0 or -1; `newest` are
// the rows that are left, newest first, at least kLatestReviews of them or all.
void ShowReviews(int added, const std::vector<disk::Review>& newest, State& state);

// The page as anybody may see it.
v1::ScheduleView ToApi(const disk::Page& page);

}  // namespace maru::datecourse::viewpage

#endif  // MARU_SERVICES_DATECOURSE_VIEWPAGE_DOMAIN_H_
