// What datecourse-communication keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_DATECOURSE_COMMUNICATION_TABLES_H_
#define MARU_SERVICES_DATECOURSE_COMMUNICATION_TABLES_H_

#include <cstdint>
#include <string>

#include "common/store/table.h"
#include "maru/datecourse/communication/store/v1/communication.pb.h"

namespace maru::datecourse::communication {

// By id.
inline constexpr maru::store::Table<store::v1::Communication, std::string> kCommunications(
    32, "communications");
// customer_id, schedule_id, kind
inline constexpr maru::store::Table<store::v1::ActiveEntry, std::string, std::string, uint32_t>
    kActiveEntries(33, "active entries");
// By schedule_id.
inline constexpr maru::store::Table<store::v1::DeletedSchedule, std::string> kDeletedSchedules(
    34, "deleted schedules");
// schedule_id, id: active comments.
inline constexpr maru::store::Index<std::string, std::string> kCommentsBySchedule(
    35, "comments by schedule");
// customer_id, kind, id: active bookmarks and likes.
inline constexpr maru::store::Index<std::string, uint32_t, std::string> kEntriesByCustomer(
    36, "entries by customer");

}  // namespace maru::datecourse::communication

#endif  // MARU_SERVICES_DATECOURSE_COMMUNICATION_TABLES_H_
