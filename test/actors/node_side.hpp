// The actors of a node process over a slow store, with a connector that finds whatever proxy is
// there. Functions and sleeps really run.
#pragma once

#include "actors/executor.hpp"
#include "actors/node.hpp"
#include "test/actors/slow_store.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::test {

/// Where a connector finds the proxy.
using proxy_place = std::shared_ptr<proxy_actor>;

class node_side {
public:
  /// Starts with what is on `medium`.
  node_side(test_system& world, proxy_place place, std::string name,
            std::shared_ptr<persistence::memory_disk> medium)
      : disk{world, std::move(medium)}, world_{world} {
    core::link_settings settings;
    settings.name = std::move(name);
    settings.slots = 2;
    settings.functions = jobs::function_registry::global().names();
    link_ = std::make_shared<core::node_link>(settings, ledger_of(settings.name), 7);
    ledger = std::make_shared<core::ticket_ledger>(
        core::ledger_limits{}, core::own_executor{settings.name, settings.functions});
    std::vector<record::value> held;
    disk.recover([&](record::value&& content) {
      link_->recover(content);
      if (std::holds_alternative<record::held_attempt>(content))
        held.push_back(std::move(content));
      else
        ledger->recover(content);
    });
    core::link_effects link_fx;
    link_->on_start(read_clock(), link_fx);
    core::executor_settings mine;
    mine.node = settings.name;
    mine.process = link_->process();
    mine.slots = settings.slots;
    mine.functions = settings.functions;
    queue = std::make_shared<core::executor_queue>(std::move(mine));
    for (const auto& content : held)
      queue->recover(content);
    start(std::move(place), settings, std::move(link_fx));
  }
  node_side(const node_side&) = delete;
  node_side& operator=(const node_side&) = delete;
  ~node_side() { kill(); }

  void kill() {
    world_.kill(actor);
    world_.kill(executor_);
    disk.kill(world_);
  }
  void stop() { caf::anon_send(actor, stop_atom::value); }

  [[nodiscard]] const ledger_id& id() const { return link_->ledger(); }
  [[nodiscard]] bool stopped() const { return *stopped_; }

  slow_store disk;
  std::shared_ptr<core::ticket_ledger> ledger;
  std::shared_ptr<core::executor_queue> queue;
  node_service actor;

private:
  void start(proxy_place place, const core::link_settings& settings, core::link_effects link_fx) {
    node_parts parts;
    parts.link = link_;
    parts.ledger = ledger;
    parts.link_fx = std::move(link_fx);
    parts.store = disk.address;
    parts.connector = world_.spawn(connector, std::move(place));
    parts.spawn_executor = [this, name = settings.name,
                            slots = settings.slots](const node_service& owner) {
      executor_parts mine;
      mine.queue = queue;
      mine.store = disk.address;
      mine.node = owner;
      mine.node_name = name;
      mine.slots = slots;
      mine.functions = &jobs::function_registry::global();
      mine.spawn_runner = [this] { return world_.spawn(function_runner, std::size_t{1} << 20U); };
      executor_ = world_.spawn(executor, std::move(mine));
      return executor_;
    };
    parts.free_disk_bytes = [] { return std::numeric_limits<std::uint64_t>::max(); };
    parts.slots = settings.slots;
    parts.on_stopped = [done = stopped_] { *done = true; };
    actor = world_.spawn(node, std::move(parts));
  }

  static connector_actor::behavior_type connector(connector_actor::pointer self,
                                                  proxy_place place) {
    return {[self, place](const core::connect_now&) {
      const auto asker = caf::actor_cast<node_service>(self->current_sender());
      if (*place)
        self->send(asker, proxy_connected{*place});
      else
        self->send(asker, connect_failed{"nobody there"});
    }};
  }

  static ledger_id ledger_of(const std::string& name) {
    return {1, static_cast<std::uint64_t>(name.front())};
  }

  test_system& world_;
  std::shared_ptr<core::node_link> link_;
  executor_actor executor_;
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
};

} // namespace evenkeel::test
