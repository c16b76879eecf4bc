// Puts a proxy together: disk, recovery, actors, the cluster port.
#pragma once

#include "actors/core/dispatch_queue.hpp"
#include "actors/local_interfaces.hpp"
#include "tls/credentials.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel {

struct proxy_options {
  std::string listen_address = "127.0.0.1";
  std::uint16_t port = 8080;                           ///< 0: any free one
  std::shared_ptr<const tls::credentials> credentials; ///< null: no TLS
  std::string data_directory;
  std::uint32_t max_nodes = 0; ///< 0: no limit
  core::dispatch_settings dispatch;
  std::string advertised_address;  ///< where spawned nodes find this proxy; empty: nobody can tell
  std::vector<spawn_order> spawns; ///< of the command line
};

/// A proxy before its actors run: what can fail at the start has been done.
struct recovered_proxy;

/// Opens and recovers the data directory. Throws std::runtime_error with one clear sentence.
std::shared_ptr<recovered_proxy> recover_proxy(const proxy_options& options);

struct running_proxy {
  proxy_service actor;
  std::uint16_t port = 0;
};

/// Throws std::runtime_error when the port cannot be had. `on_stopped` is called once, after a
/// stop_atom.
running_proxy start_proxy(caf::actor_system& system, const proxy_options& options,
                          const std::shared_ptr<recovered_proxy>& recovered,
                          std::function<void()> on_stopped);

} // namespace evenkeel
