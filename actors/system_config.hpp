// How CAF is set up in our processes. The user's command line and files never reach CAF's own
// parser.
#pragma once

#include "tls/credentials.hpp"

#include <caf/all.hpp>

#include <cstddef>
#include <memory>

namespace evenkeel {

class system_config : public caf::actor_system_config {
public:
  /// `workers`: threads of CAF's scheduler; 0: actors run on the thread of the sockets
  /// (event_loop.hpp). No actor there ever blocks.
  /// With `ours`, links between processes are by mutual TLS, through CAF's openssl_manager: its
  /// actor takes the place of the middleman's for connecting (ports: tls_port.hpp). At most one
  /// such configuration in a process.
  explicit system_config(std::size_t workers,
                         std::shared_ptr<const tls::credentials> ours = nullptr);

private:
  std::shared_ptr<const tls::credentials> credentials_; ///< CAF opens its files for each connection
};

} // namespace evenkeel
