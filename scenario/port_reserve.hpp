// Ports for processes that will be started again with the same one.
#pragma once

#include <cstdint>
#include <vector>

namespace evenkeel::scenario {

/// Ports of 127.0.0.1 from 20000 to 32000, each this object's alone as long as it lives: no other
/// process's reserve takes it, whether or not somebody listens there just then. Below the range from
/// which the kernel takes the near ports of connections: there, a client's connection could have it
/// while the process is down.
class port_reserve {
public:
  port_reserve() = default;
  ~port_reserve();
  port_reserve(const port_reserve&) = delete;
  port_reserve& operator=(const port_reserve&) = delete;

  /// Nobody listens there now. Throws std::runtime_error when there is none.
  std::uint16_t take();

private:
  std::vector<int> claims_; ///< sockets with the ports' names
};

} // namespace evenkeel::scenario
