// The actors of a host process: what the proxy asks, and how CAF's remote_spawn finds a node's
// body.
#pragma once

#include "actors/node_house.hpp"

#include <cstdint>
#include <string>

namespace evenkeel {

/// Nodes can be spawned from afar in systems of this configuration. `house` outlives them.
void add_spawnable_nodes(caf::actor_system_config& config, node_house& house);

/// Publishes the host's actor, by TLS with `ours` (null: plainly); returns its port. Throws
/// std::runtime_error when that cannot be had.
std::uint16_t start_host(caf::actor_system& system, node_house& house, const std::string& address,
                         std::uint16_t port, const tls::credentials* ours);

} // namespace evenkeel
