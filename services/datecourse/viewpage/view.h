// The view of datecourse: loads the page that an event is about, asks the domain, saves.
#ifndef MARU_SERVICES_DATECOURSE_VIEWPAGE_VIEW_H_
#define MARU_SERVICES_DATECOURSE_VIEWPAGE_VIEW_H_

#include "common/events/handlers.h"

namespace maru::datecourse::viewpage {

// Adds the handlers of all events that change what a page shows.
void AddView(events::View& on);

}  // namespace maru::datecourse::viewpage

#endif  // MARU_SERVICES_DATECOURSE_VIEWPAGE_VIEW_H_
