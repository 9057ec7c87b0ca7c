// What datecourse-schedule keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_DATECOURSE_SCHEDULE_TABLES_H_
#define MARU_SERVICES_DATECOURSE_SCHEDULE_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/datecourse/schedule/store/v1/schedule.pb.h"

namespace maru::datecourse::schedule {

// By id.
inline constexpr maru::store::Table<store::v1::Schedule, std::string> kSchedules(32, "schedules");
// By id.
inline constexpr maru::store::Table<store::v1::DeletedSchedule, std::string> kDeletedSchedules(
    33, "deleted schedules");
// uploader_id, id
inline constexpr maru::store::Index<std::string, std::string> kSchedulesByUploader(
    34, "schedules by uploader");

}  // namespace maru::datecourse::schedule

#endif  // MARU_SERVICES_DATECOURSE_SCHEDULE_TABLES_H_
