// What datecourse's events tell whom (domain.md, section 1, "Policies"). Pure.
#ifndef MARU_SERVICES_MESSAGE_DATECOURSE_TEXTS_H_
#define MARU_SERVICES_MESSAGE_DATECOURSE_TEXTS_H_

#include "maru/datecourse/communication/v1/events.pb.h"
#include "maru/datecourse/review/v1/events.pb.h"
#include "services/message/domain.h"

namespace maru::message {

// To the customer who did it.
Notice NoticeOf(const datecourse::communication::v1::BookmarkRegistered& event);
Notice NoticeOf(const datecourse::communication::v1::BookmarkCanceled& event);
// To the host whose schedule was reviewed.
Notice NoticeOf(const datecourse::review::v1::ReviewRegistered& event);

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_DATECOURSE_TEXTS_H_
