// The actors of a proxy process over a slow store.
#pragma once

#include "actors/dispatcher.hpp"
#include "actors/proxy.hpp"
#include "actors/result_collector.hpp"
#include "test/actors/slow_store.hpp"

#include <memory>

namespace evenkeel::test {

class proxy_side {
public:
  explicit proxy_side(test_system& world, const core::dispatch_settings& settings = {})
      : disk{world}, queue{std::make_shared<core::dispatch_queue>(settings)},
        relay{std::make_shared<core::result_relay>(settings.cluster)} {
    proxy_parts parts;
    parts.membership =
        std::make_shared<core::membership>(core::membership_settings{settings.cluster, 0}, 77);
    parts.store = disk.address;
    parts.dispatcher = world.spawn(dispatcher, disk.address, queue);
    parts.collector =
        world.spawn(result_collector, disk.address, relay, std::make_shared<core::query_router>());
    parts.on_stopped = [] {};
    actor = world.spawn(proxy, std::move(parts));
  }

  slow_store disk;
  std::shared_ptr<core::dispatch_queue> queue;
  std::shared_ptr<core::result_relay> relay;
  proxy_service actor;
};

} // namespace evenkeel::test
