// What datecourse-review keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_DATECOURSE_REVIEW_TABLES_H_
#define MARU_SERVICES_DATECOURSE_REVIEW_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/datecourse/review/store/v1/review.pb.h"

namespace maru::datecourse::review {

// By id.
inline constexpr maru::store::Table<store::v1::Review, std::string> kReviews(32, "reviews");
// By id.
inline constexpr maru::store::Table<store::v1::DeletedReview, std::string> kDeletedReviews(
    33, "deleted reviews");
// schedule_id, customer_id
inline constexpr maru::store::Table<store::v1::WrittenReview, std::string, std::string>
    kWrittenReviews(34, "written reviews");
// By schedule_id.
inline constexpr maru::store::Table<store::v1::DeletedSchedule, std::string> kDeletedSchedules(
    35, "deleted schedules");
// schedule_id, id
inline constexpr maru::store::Index<std::string, std::string> kReviewsBySchedule(
    36, "reviews by schedule");

}  // namespace maru::datecourse::review

#endif  // MARU_SERVICES_DATECOURSE_REVIEW_TABLES_H_
