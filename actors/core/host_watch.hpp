// Sees to it that the nodes that belong on one host run there: finds the host, spawns what it
// lacks, ends what is withdrawn, and tries again for ever, ever more slowly. Owns: what is wanted
// there and what the host last said. Must not know: how a host is reached, disk, actors.
#pragma once

#include "actors/core/effects.hpp"
#include "messages/hosting.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace evenkeel::core {

/// Connect and ask for a report; answered by on_report or on_unreachable.
struct look_at_host {
  friend bool operator==(const look_at_host&, const look_at_host&) = default;
};
/// Remote-spawn it; answered by on_spawned.
struct spawn_there {
  spawn_order order;
  friend bool operator==(const spawn_there&, const spawn_there&) = default;
};
/// Ask the host to end it; the next reports tell when it has.
struct end_there {
  std::string name;
  friend bool operator==(const end_there&, const end_there&) = default;
};
struct ended_there {
  std::string name;
  friend bool operator==(const ended_there&, const ended_there&) = default;
};

using host_watch_output = std::variant<look_at_host, spawn_there, end_there, ended_there, note>;
using host_watch_effects = effects<host_watch_output>;

class host_watch {
public:
  static constexpr std::int64_t shortest_pause_us = 200 * us_per_ms;
  /// A host that is back is found within a second, so that its nodes have work again within two.
  static constexpr std::int64_t longest_pause_us = 1'000 * us_per_ms;
  static constexpr std::int64_t longest_node_pause_us = 5'000 * us_per_ms; ///< that cannot run
  static constexpr std::int64_t look_every_us = 1'000 * us_per_ms;         ///< while all is well

  /// `place`: "host:port", for people.
  explicit host_watch(std::string place) : place_(std::move(place)) {}

  void on_order(const spawn_order& order);
  void on_withdraw(const spawn_order& order);
  /// Nothing is done about it any more, whatever it does there.
  void on_forget(const std::string& name) { nodes_.erase(name); }
  void on_report(const host_report& report, instant now, host_watch_effects& fx);
  /// It could not be found, gave no answer in time, or its connection has ended.
  void on_unreachable(const std::string& why, instant now, host_watch_effects& fx);
  /// `why`: empty where it was spawned; it may still fail, and the next report tells.
  void on_spawned(const std::string& name, const std::string& why, instant now,
                  host_watch_effects& fx);
  /// Called about every 50 ms.
  void on_tick(instant now, host_watch_effects& fx);

  /// Nothing is wanted there any more.
  [[nodiscard]] bool idle() const { return nodes_.empty(); }

private:
  struct wanted_node {
    spawn_order order;
    bool withdrawn = false;
    bool spawning = false;     ///< asked for, and neither seen running nor failed
    bool placed = false;       ///< `spawning`, and the host has confirmed it since its last report
    std::int64_t pause_us = 0; ///< until the next attempt; doubled by each that failed
    std::int64_t next_try_us = 0;
    std::string told;     ///< the last problem that the log has
    bool running = false; ///< for this proxy
    bool differs = false; ///< it runs with other settings than are wanted, and the log has that
    bool taken = false;   ///< its name, there, by a node of another proxy
    incarnation ended_by; ///< the life of its host in which it was told to end
  };

  static bool is_of_another_proxy(const wanted_node& node, const hosted_node& said);
  static bool has_ended(const wanted_node& node, const host_report& report);
  static const hosted_node* said_of(const wanted_node& node, const host_report& report);
  void tend(const std::string& name, wanted_node& node, instant now, host_watch_effects& fx);
  void compare(wanted_node& node, const spawn_order& actual, host_watch_effects& fx);
  void failed(wanted_node& node, const std::string& why, instant now, host_watch_effects& fx);
  void look_again_after(std::int64_t pause_us, instant now);

  std::string place_;
  std::map<std::string, wanted_node> nodes_;
  bool looking_ = false;
  std::int64_t next_look_us_ = 0;
  std::int64_t look_began_us_ = 0;
  std::int64_t pause_us_ = 0; ///< after the last failure to reach it; 0: it was reached
  std::string told_;          ///< the last problem with the host that the log has
};

} // namespace evenkeel::core
