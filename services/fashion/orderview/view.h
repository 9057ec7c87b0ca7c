// The view of fashion: loads the row that an event is about, asks the domain, saves.
#ifndef MARU_SERVICES_FASHION_ORDERVIEW_VIEW_H_
#define MARU_SERVICES_FASHION_ORDERVIEW_VIEW_H_

#include "common/events/handlers.h"

namespace maru::fashion::orderview {

// Adds the handlers of all events that change what a row shows.
void AddView(events::View& on);

}  // namespace maru::fashion::orderview

#endif  // MARU_SERVICES_FASHION_ORDERVIEW_VIEW_H_
