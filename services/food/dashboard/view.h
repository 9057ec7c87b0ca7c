// The view of food: loads the row that an event is about, asks the domain, saves.
#ifndef MARU_SERVICES_FOOD_DASHBOARD_VIEW_H_
#define MARU_SERVICES_FOOD_DASHBOARD_VIEW_H_

#include "common/events/handlers.h"

namespace maru::food::dashboard {

// Adds the handlers of all events that change what a row shows.
void AddView(events::View& on);

}  // namespace maru::food::dashboard

#endif  // MARU_SERVICES_FOOD_DASHBOARD_VIEW_H_
