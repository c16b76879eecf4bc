#include "actors/start_proxy.hpp"

#include "actors/descriptor_limit.hpp"
#include "actors/disk.hpp"
#include "actors/dispatcher.hpp"
#include "actors/log.hpp"
#include "actors/proxy.hpp"
#include "actors/result_collector.hpp"
#include "actors/spawn_desk.hpp"
#include "actors/store.hpp"
#include "actors/tls_port.hpp"

#include <caf/io/all.hpp>

#include <stdexcept>
#include <utility>

namespace evenkeel {

struct recovered_proxy {
  std::shared_ptr<persistence::store> disk;
  std::shared_ptr<core::membership> membership;
  std::shared_ptr<core::dispatch_queue> queue;
  std::shared_ptr<core::result_relay> relay;
  std::shared_ptr<core::query_router> router;
  std::shared_ptr<core::spawn_list> spawns;
};

std::shared_ptr<recovered_proxy> recover_proxy(const proxy_options& options) {
  auto all = std::make_shared<recovered_proxy>();
  all->disk = open_disk(options.data_directory);
  const auto& cluster = options.dispatch.cluster;
  all->membership = std::make_shared<core::membership>(
      core::membership_settings{cluster, options.max_nodes}, random_bits());
  all->queue = std::make_shared<core::dispatch_queue>(options.dispatch);
  all->relay = std::make_shared<core::result_relay>(cluster);
  all->router = std::make_shared<core::query_router>();
  all->spawns = std::make_shared<core::spawn_list>(options.advertised_address);
  const auto count = recover_disk(*all->disk, [&](record::value&& content) {
    if (std::holds_alternative<record::identity>(content))
      throw std::runtime_error(options.data_directory + " is the data directory of a node");
    all->membership->recover(content);
    all->relay->recover(content);
    all->router->recover(content);
    all->queue->recover(content);
    all->spawns->recover(content);
  });
  log_line(core::note::level::info,
           "recovered " + std::to_string(count) + " records from " + options.data_directory);
  return all;
}

running_proxy start_proxy(caf::actor_system& system, const proxy_options& options,
                          const std::shared_ptr<recovered_proxy>& recovered,
                          std::function<void()> on_stopped) {
  raise_descriptor_limit(); // each node takes one
  const auto disk = spawn_store(system, recovered->disk, disk_failed);
  const auto queue = system.spawn(dispatcher, disk, recovered->queue);
  const auto results = system.spawn(result_collector, disk, recovered->relay, recovered->router);
  const auto spawns = system.spawn(spawn_desk, disk, recovered->spawns, options.credentials);
  const auto actor = system.spawn(proxy, proxy_parts{recovered->membership, disk, queue, results,
                                                     spawns, std::move(on_stopped)});
  const auto& address = options.listen_address;
  const auto port =
      options.credentials
          ? publish_by_tls(proxy_actor{actor}, options.port, address, *options.credentials)
          : system.middleman().publish(proxy_actor{actor}, options.port, address.c_str(), true);
  if (!port)
    throw std::runtime_error("cannot listen on " + options.listen_address + ":"
                             + std::to_string(options.port) + ": " + system.render(port.error()));
  caf::anon_send(spawns, proxy_listens{*port, options.spawns});
  return {actor, *port};
}

} // namespace evenkeel
