// Ports for processes that will be started again with the same one.
#pragma once

#include <cstdint>

namespace evenkeel::scenario {

/// Nobody listens there on 127.0.0.1 now. Below the range from which the kernel takes the near
/// ports of connections: there, a client's connection could have it while the process is down.
std::uint16_t free_port();

} // namespace evenkeel::scenario
