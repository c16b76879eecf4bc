#include "apps/find_proxy.hpp"

#include "actors/connector.hpp"

#include <caf/io/all.hpp>

#include <algorithm>
#include <set>

namespace evenkeel::apps {

namespace {

using std::chrono::milliseconds;

milliseconds left(std::chrono::steady_clock::time_point until) {
  const auto rest = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  return std::max(rest, milliseconds(1));
}

} // namespace

found_proxy find_proxy(caf::actor_system& system, const std::string& host, std::uint16_t port,
                       const std::shared_ptr<const tls::credentials>& ours,
                       std::chrono::steady_clock::time_point until) {
  constexpr milliseconds probe_timeout{1000};
  if (auto why = probe_cluster_port(host, port, ours, std::min(left(until), probe_timeout));
      !why.empty())
    return {{}, std::move(why)};
  caf::scoped_actor self{system};
  caf::strong_actor_ptr found;
  self->request(connection_maker(system, ours), left(until), caf::connect_atom::value, host, port)
      .receive([&](const caf::node_id&, const caf::strong_actor_ptr& actor,
                   const std::set<std::string>&) { found = actor; },
               [](const caf::error&) {});
  if (!found)
    return {{}, silence_of(host, port)};
  return {caf::actor_cast<proxy_actor>(found), {}};
}

std::string silence_of(const std::string& host, std::uint16_t port) {
  return host + ":" + std::to_string(port) + ": whoever listens there does not answer as a proxy";
}

} // namespace evenkeel::apps
