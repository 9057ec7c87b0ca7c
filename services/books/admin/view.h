// The list of books: loads the row that an event is about, asks the domain, saves.
#ifndef MARU_SERVICES_BOOKS_ADMIN_VIEW_H_
#define MARU_SERVICES_BOOKS_ADMIN_VIEW_H_

#include "common/events/handlers.h"

namespace maru::books::admin {

// Adds the handler of BookUpdated.
void AddView(events::View& on);

}  // namespace maru::books::admin

#endif  // MARU_SERVICES_BOOKS_ADMIN_VIEW_H_
