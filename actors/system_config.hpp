// How CAF is set up in our processes. The user's command line and files never reach CAF's own
// parser.
#pragma once

#include "tls/credentials.hpp"

#include <caf/all.hpp>

#include <cstddef>
#include <memory>

namespace evenkeel {

/// For actors that never block: half the processors, 1 to 4. An actor's work is handed from thread
/// to thread where more of them are idle, which costs more than a job's share of it.
std::size_t worker_threads();

class system_config : public caf::actor_system_config {
public:
  /// `workers`: threads of CAF's scheduler. No actor on them ever blocks.
  /// With `ours`, links between processes are by mutual TLS, through CAF's openssl_manager: its
  /// actor takes the place of the middleman's for connecting (ports: tls_port.hpp). At most one
  /// such configuration in a process.
  explicit system_config(std::size_t workers,
                         std::shared_ptr<const tls::credentials> ours = nullptr);

private:
  std::shared_ptr<const tls::credentials> credentials_; ///< CAF opens its files for each connection
};

} // namespace evenkeel
