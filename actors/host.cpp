#include "actors/host.hpp"

#include "actors/tls_port.hpp"

#include <caf/io/all.hpp>

#include <chrono>
#include <stdexcept>

namespace evenkeel {

namespace {

constexpr auto sweep_period = std::chrono::milliseconds(200);

/// The host as its own process sees it.
using host_service = host_actor::extend<caf::reacts_to<tick_atom>>;

struct host_state {
  static constexpr const char* name = "host";
};

/// Detached: what it sweeps away may take a while.
host_service::behavior_type host(host_service::stateful_pointer<host_state> self,
                                 node_house* house) {
  self->set_default_handler(caf::drop); // some node may take us for its proxy
  self->delayed_send(self, sweep_period, tick_atom::value);
  return {
      [house](report_atom) { return house->report(); },
      [house](withdraw_atom, const std::string& node) { house->withdraw(node); },
      [self, house](tick_atom) {
        house->sweep();
        self->delayed_send(self, sweep_period, tick_atom::value);
      },
  };
}

} // namespace

void add_spawnable_nodes(caf::actor_system_config& config, node_house& house) {
  config.add_actor_type(spawned_node_type,
                        [&house](node_state::pointer self, const spawn_order& order) {
                          return house.move_in(self, order);
                        });
}

std::uint16_t start_host(caf::actor_system& system, node_house& house, const std::string& address,
                         std::uint16_t port, const tls::credentials* ours) {
  const auto actor = system.spawn<caf::detached>(host, &house);
  const auto bound =
      ours ? publish_by_tls(host_actor{actor}, port, address, *ours)
           : system.middleman().publish(host_actor{actor}, port, address.c_str(), true);
  if (!bound)
    throw std::runtime_error("cannot listen on " + address + ":" + std::to_string(port) + ": "
                             + system.render(bound.error()));
  return *bound;
}

} // namespace evenkeel
