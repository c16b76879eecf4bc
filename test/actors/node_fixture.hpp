// A node between a fake proxy, a fake executor and a session, over a slow store.
#pragma once

#include "actors/node.hpp"
#include "test/actors/fake_proxy.hpp"
#include "test/actors/fake_session.hpp"
#include "test/actors/slow_store.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace evenkeel::test {

class node_fixture {
public:
  struct executor_record {
    std::vector<core::link_up> ups;
    std::vector<core::link_down> downs;
    std::vector<core::from_proxy> messages;
    std::vector<core::home_call> calls;
    int stops = 0;
  };
  struct outside {
    proxy_actor proxy; ///< what the connector finds; null: nothing
    int connects = 0;
    std::uint64_t free_disk_bytes = std::numeric_limits<std::uint64_t>::max();
    int stopped = 0;
  };

  test_system world;
  slow_store disk{world};
  fake_proxy proxy{world};
  fake_session session{world, 1};
  std::shared_ptr<executor_record> executor_heard = std::make_shared<executor_record>();
  std::shared_ptr<outside> around = std::make_shared<outside>();
  node_service actor;

  explicit node_fixture(bool disk_holds = false) {
    if (disk_holds)
      disk.hold();
    around->proxy = proxy.address;
    actor = world.spawn(node, parts());
    world.run();
  }

  /// The link stands, and what is said at its begin is said.
  void join_cluster() {
    world.run();
    proxy.welcome_node();
    world.run();
    REQUIRE(executor_heard->ups.size() > executor_heard->downs.size());
  }
  std::uint64_t ask(client_request request) {
    const auto number = session.ask(actor, std::move(request));
    world.run();
    return number;
  }
  const client_answer& answer_to(std::uint64_t number) const {
    const auto* answer = session.answer_to(number);
    REQUIRE(answer != nullptr);
    return *answer;
  }

  static constexpr ledger_id own_ledger{1, 2};

private:
  node_parts parts() {
    core::link_settings settings;
    settings.name = "anna";
    node_parts all;
    all.link = std::make_shared<core::node_link>(settings, own_ledger, 70);
    all.link->on_start(read_clock(), all.link_fx);
    all.ledger = std::make_shared<core::ticket_ledger>(core::ledger_limits{},
                                                       core::own_executor{settings.name, {"noop"}});
    all.store = disk.address;
    all.connector = world.spawn(connector, around);
    all.spawn_executor = [this](const node_service&) {
      return world.spawn(executor, executor_heard);
    };
    all.free_disk_bytes = [state = around] { return state->free_disk_bytes; };
    all.disk_reserve_bytes = 1000;
    all.on_stopped = [state = around] { ++state->stopped; };
    return all;
  }

  static connector_actor::behavior_type connector(connector_actor::pointer self,
                                                  std::shared_ptr<outside> around) {
    return {[self, around](const core::connect_now&) {
      ++around->connects;
      const auto asker = caf::actor_cast<node_service>(self->current_sender());
      if (around->proxy)
        self->send(asker, proxy_connected{around->proxy});
      else
        self->send(asker, connect_failed{"nobody there"});
    }};
  }

  static executor_actor::behavior_type executor(executor_actor::pointer,
                                                std::shared_ptr<executor_record> heard) {
    return {
        [heard](const core::link_up& x) { heard->ups.push_back(x); },
        [heard](const core::link_down& x) { heard->downs.push_back(x); },
        [heard](const core::from_proxy& x) { heard->messages.push_back(x); },
        [heard](const core::run_home_calls& x) {
          heard->calls.insert(heard->calls.end(), x.calls.begin(), x.calls.end());
        },
        [](const committed&) {},
        [](const loaded&) {},
        [](const job_ended&) {},
        [](calls_ended) {},
        [](const runner_idle&) {},
        [](const jobs::command_end&) {},
        [](tick_atom) {},
        [](flush_atom) {},
        [heard](stop_atom) { ++heard->stops; },
    };
  }
};

} // namespace evenkeel::test
