// Finds the proxy for a node. CAF's own connect has no time-out and blocks its middleman, so that
// one host that swallows packets would stall all others: here a plain connect with a deadline comes
// first, then a request with a deadline.
// A detached actor: it may block. A handle it found is not trusted until the proxy has answered.
#pragma once

#include "actors/local_interfaces.hpp"

#include <cstdint>
#include <string>

namespace evenkeel {

/// Empty when somebody listens there, else why not. Blocks for a second at most.
std::string probe(const std::string& host, std::uint16_t port);

struct connector_state {
  static constexpr const char* name = "connector";
};

/// Answers each connect_now with proxy_connected or connect_failed to its sender, which must be a
/// node_service. Spawn with caf::detached.
connector_actor::behavior_type connector(connector_actor::stateful_pointer<connector_state> self,
                                         std::string host, std::uint16_t port);

} // namespace evenkeel
