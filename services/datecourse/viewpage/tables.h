// What datecourse-viewpage keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_DATECOURSE_VIEWPAGE_TABLES_H_
#define MARU_SERVICES_DATECOURSE_VIEWPAGE_TABLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/store/table.h"
#include "maru/datecourse/viewpage/store/v1/viewpage.pb.h"

namespace maru::datecourse::viewpage {

// By schedule_id.
inline constexpr maru::store::ViewTable<store::v1::Page, std::string> kShownPages(32,
                                                                                  "shown pages");
// By schedule_id.
inline constexpr maru::store::ViewTable<store::v1::Page, std::string> kWaitingPages(
    33, "waiting pages");
// By schedule_id.
inline constexpr maru::store::ViewTable<store::v1::DeletedSchedule, std::string> kDeletedSchedules(
    34, "deleted schedules");
// schedule_id, review_id
inline constexpr maru::store::ViewTable<store::v1::Review, std::string, std::string> kReviews(
    35, "reviews");

// All of them: what is deleted with a generation.
inline std::vector<uint32_t> TableNumbers() {
  return {kShownPages.number(), kWaitingPages.number(), kDeletedSchedules.number(),
          kReviews.number()};
}

}  // namespace maru::datecourse::viewpage

#endif  // MARU_SERVICES_DATECOURSE_VIEWPAGE_TABLES_H_
