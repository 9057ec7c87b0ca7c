// The baseline of every ratio: a bare echo server on the same gRPC, by the API that was measured
// fastest (one completion queue, one polling thread, generic service). Nothing of Maru's runtime is
// in it.
#ifndef MARU_TOOLS_LOAD_ECHO_SERVER_H_
#define MARU_TOOLS_LOAD_ECHO_SERVER_H_

#include <string>

namespace maru::load {

// Serves until SIGTERM. Prints "listening" once it does. Exit code.
int RunEchoServer(const std::string& address);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_ECHO_SERVER_H_
