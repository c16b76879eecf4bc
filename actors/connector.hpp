// Finds the proxy for a node. CAF's own connect has no time-out and blocks its middleman, so that
// one host that swallows packets would stall all others: here a plain connect with a deadline comes
// first, then a request with a deadline. With TLS the first one goes as far as the proxy's first
// words: only so does a node learn why it is refused.
// A detached actor: it may block. A handle it found is not trusted until the proxy has answered.
#pragma once

#include "actors/local_interfaces.hpp"
#include "tls/credentials.hpp"

#include <caf/io/all.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace evenkeel {

/// Empty when somebody listens there who takes us (`ours`: null for a plain port), else why not.
/// Blocks for `timeout` at most, once the host's name is resolved.
std::string probe_cluster_port(const std::string& host, std::uint16_t port,
                               const std::shared_ptr<const tls::credentials>& ours,
                               std::chrono::milliseconds timeout = std::chrono::seconds(1));
/// Who makes connections to cluster ports, plain or by TLS.
caf::io::middleman_actor connection_maker(caf::actor_system& system,
                                          const std::shared_ptr<const tls::credentials>& ours);

struct connector_state {
  static constexpr const char* name = "connector";
};

/// Answers each connect_now with proxy_connected or connect_failed to its sender, which must be a
/// node_service. With `ours` it speaks TLS, and nothing else; without, never. Spawn with
/// caf::detached.
connector_actor::behavior_type connector(connector_actor::stateful_pointer<connector_state> self,
                                         std::string host, std::uint16_t port,
                                         std::shared_ptr<const tls::credentials> ours);

} // namespace evenkeel
