#include "tests/harness/system_api.h"

#include <utility>

namespace maru::harness {

SystemApi::SystemApi(System& system, uint64_t seed)
    : system_(system), contexts_(system.contexts()), random_(seed) {}

async::Task<Outcome> SystemApi::Call(std::string_view deployment, std::string_view path,
                                     const std::string& request, CallOptions options,
                                     std::string* reply) {
  co_return system_.client(deployment).Call(path, request, options, reply);
}

async::Task<Outcome> SystemApi::CallStream(std::string_view deployment, std::string_view path,
                                           const std::string& request, CallOptions options,
                                           std::vector<std::string>* replies) {
  co_return system_.client(deployment).CallStream(path, request, options, replies);
}

}  // namespace maru::harness
