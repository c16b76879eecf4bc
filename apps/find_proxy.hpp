// What commands need that ask a running proxy something: the actor behind its cluster port.
#pragma once

#include "messages/interfaces.hpp"
#include "tls/credentials.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace evenkeel::apps {

struct found_proxy {
  proxy_actor proxy;   ///< not trusted before it has answered something
  std::string problem; ///< one sentence, if there is none
};

/// By TLS with `ours`, otherwise plainly. Blocks until `until` at most, once the host's name is
/// resolved. What it leaves behind keeps `system` from ending: leave the process by std::_Exit.
found_proxy find_proxy(caf::actor_system& system, const std::string& host, std::uint16_t port,
                       const std::shared_ptr<const tls::credentials>& ours,
                       std::chrono::steady_clock::time_point until);

/// What is said of one that listens there and does not answer.
std::string silence_of(const std::string& host, std::uint16_t port);

} // namespace evenkeel::apps
