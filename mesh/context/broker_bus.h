// How events of a context travel: through the broker.
#ifndef MARU_MESH_CONTEXT_BROKER_BUS_H_
#define MARU_MESH_CONTEXT_BROKER_BUS_H_

#include <memory>

#include "common/events/bus.h"
#include "mesh/context/context.h"

namespace maru::mesh {

// For ContextOptions::bus: the bus over a channel of its own to the broker of the configuration.
std::unique_ptr<events::Bus> ConnectBroker(Context& context);

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_BROKER_BUS_H_
