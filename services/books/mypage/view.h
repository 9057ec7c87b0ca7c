// A customer's page: loads the row that an event is about, asks the domain, saves.
#ifndef MARU_SERVICES_BOOKS_MYPAGE_VIEW_H_
#define MARU_SERVICES_BOOKS_MYPAGE_VIEW_H_

#include "common/events/handlers.h"

namespace maru::books::mypage {

// Adds the handlers of all events that change what a row shows.
void AddView(events::View& on);

}  // namespace maru::books::mypage

#endif  // MARU_SERVICES_BOOKS_MYPAGE_VIEW_H_
