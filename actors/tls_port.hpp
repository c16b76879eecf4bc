// A port at which a process waits for its peers by mutual TLS. It stands in for CAF's own, which
// has the first words ready and asks to be woken up whenever it may write, while the handshake
// waits for the peer: one connection that said nothing took a quarter of a core and more. Here
// nothing is to be written before the handshake is over, and a peer that takes more than 3 s for it
// is dropped. Must not know: what is said there.
#pragma once

#include "tls/credentials.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace evenkeel {

/// `interfaces`: the messages that `whom` takes. For the template below.
caf::expected<std::uint16_t> publish_by_tls(caf::actor_system& system,
                                            const caf::strong_actor_ptr& whom,
                                            std::set<std::string> interfaces, std::uint16_t port,
                                            const std::string& address,
                                            const tls::credentials& ours);

/// Who shows a certificate of our CA at this port can talk to `whom`. Port 0: any that is free. The
/// port's number, or CAF's error if it cannot be had. Throws std::runtime_error if OpenSSL does not
/// take `ours`.
template <class Actor>
caf::expected<std::uint16_t> publish_by_tls(const Actor& whom, std::uint16_t port,
                                            const std::string& address,
                                            const tls::credentials& ours) {
  auto& system = whom.home_system();
  return publish_by_tls(system, caf::actor_cast<caf::strong_actor_ptr>(whom),
                        system.message_types(whom), port, address, ours);
}

} // namespace evenkeel
