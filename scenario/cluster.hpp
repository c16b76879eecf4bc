// The proxy, nodes and hosts of a script, by name: started, killed, frozen, started again with the
// same options, port and data; and the nodes that are spawned on hosts. Owns: the processes, their
// machines if links are cut. Must not know: jobs.
// One thread uses it; `nodes` may be called by any.
#pragma once

#include "scenario/command_line.hpp"
#include "scenario/hosts.hpp"
#include "scenario/port_reserve.hpp"
#include "scenario/process.hpp"
#include "scenario/waiting.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::scenario {

/// How clients reach a node.
struct node_place {
  std::string name;
  std::uint16_t port = 0;
  int host = -1;       ///< its machine, for in_host
  bool running = true; ///< and not frozen; a spawned node is to run, and may not be back yet
  bool cut = false;    ///< its link is silent, one way or both
};

/// Of a child of this scenario: where it belongs.
inline constexpr const char* scenario_variable = "EVENKEEL_SCENARIO";

class cluster {
public:
  cluster(std::filesystem::path binary, std::filesystem::path directory, bool with_hosts,
          const waiting& wait);

  /// All of these return when it is so: ready, dead, stopped ... They throw `failure`.
  void start(member_kind kind, const std::string& name, const std::vector<std::string>& options,
             bool supervised);
  void start_again(const std::string& name);
  void kill(const std::vector<std::string>& names);
  void stop(const std::vector<std::string>& names);
  void freeze(const std::vector<std::string>& names);
  void thaw(const std::vector<std::string>& names); ///< those of them that are frozen
  void wipe(const std::string& name);
  void cut(const std::string& name, direction silent);
  void heal(const std::string& name);

  /// Has the proxy spawn it there. One that ends there is waited for first.
  void spawn(const std::string& name, const std::string& host,
             const std::vector<std::string>& options);
  /// Returns when the proxy has promised it; the node may still finish what it runs.
  void despawn(const std::string& name);

  /// A process that ended unasked is a failure; a supervised one that was killed starts again.
  void tend();

  /// Of the processes.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Of a spawned node: its host runs, and it is not despawned.
  [[nodiscard]] bool running(const std::string& name) const;
  /// Every process, and every node that was ever spawned.
  [[nodiscard]] bool all_running() const;
  [[nodiscard]] bool frozen(const std::string& name) const { return at(name).frozen; }
  /// Its latest end was a SIGKILL of ours, and it was not started again.
  [[nodiscard]] bool left_dead(const std::string& name) const;
  /// What its latest life has written.
  [[nodiscard]] std::string log(const std::string& name) const;
  /// Every node that was ever started.
  [[nodiscard]] std::vector<node_place> nodes() const;
  [[nodiscard]] std::optional<node_place> node(const std::string& name) const;

private:
  struct member {
    member_kind kind = member_kind::node;
    std::vector<std::string> options;
    bool supervised = false;
    bool frozen = false;
    bool cut = false;
    bool killed = false;
    std::uint16_t port = 0;
    std::unique_ptr<process> running;
  };

  struct spawned_node {
    std::string host;
    std::uint16_t port = 0; ///< once for all its lives
    bool wanted = true;     ///< not despawned
  };

  [[nodiscard]] const member& at(const std::string& name) const { return members_.at(name); }
  member& require_running(const std::string& name);
  void give_place(const std::string& name);
  [[nodiscard]] std::string address(const std::string& name) const;
  [[nodiscard]] launch how_to_start(const std::string& name);
  void launch_again(const std::string& name);
  void await_ready(const std::string& name);
  [[nodiscard]] launch_place place_of(const std::string& spawned) const;
  [[nodiscard]] launch how_to_ask(std::vector<std::string> command) const;
  /// Runs it to its end, as one who operates the proxy. Returns what it said last, if it failed.
  std::string ask_proxy(std::vector<std::string> command);
  void await_ends(const std::vector<std::string>& names, bool clean);
  void publish();

  std::filesystem::path binary_;
  std::filesystem::path directory_;
  const waiting& wait_;
  port_reserve ports_;
  std::unique_ptr<hosts> hosts_; ///< outlives the processes
  std::map<std::string, member> members_;
  std::map<std::string, spawned_node> spawned_;
  mutable std::mutex mutex_;
  std::vector<node_place> places_; ///< guarded by mutex_
};

} // namespace evenkeel::scenario
