// The proxy and nodes of a script, by name: started, killed, frozen, started again with the same
// options, port and data. Owns: the processes, their hosts if links are cut. Must not know: jobs.
// One thread uses it; `nodes` may be called by any.
#pragma once

#include "scenario/hosts.hpp"
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
  int host = -1;       ///< for in_host
  bool running = true; ///< and not frozen
  bool cut = false;    ///< its link is silent, one way or both
};

/// Of a child of this scenario: where it belongs.
inline constexpr const char* scenario_variable = "EVENKEEL_SCENARIO";

class cluster {
public:
  cluster(std::filesystem::path binary, std::filesystem::path directory, bool with_hosts,
          const waiting& wait);

  /// All of these return when it is so: ready, dead, stopped ... They throw `failure`.
  void start(const std::string& name, const std::vector<std::string>& options, bool supervised);
  void start_again(const std::string& name);
  void kill(const std::vector<std::string>& names);
  void stop(const std::vector<std::string>& names);
  void freeze(const std::vector<std::string>& names);
  void thaw(const std::vector<std::string>& names); ///< those of them that are frozen
  void wipe(const std::string& name);
  void cut(const std::string& name, direction silent);
  void heal(const std::string& name);

  /// A process that ended unasked is a failure; a supervised one that was killed starts again.
  void tend();

  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool running(const std::string& name) const;
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
    std::vector<std::string> options;
    bool supervised = false;
    bool frozen = false;
    bool cut = false;
    bool killed = false;
    std::uint16_t port = 0;
    std::unique_ptr<process> running;
  };

  [[nodiscard]] const member& at(const std::string& name) const { return members_.at(name); }
  member& require_running(const std::string& name);
  void give_place(const std::string& name);
  [[nodiscard]] std::string address(const std::string& name) const;
  [[nodiscard]] launch how_to_start(const std::string& name);
  void spawn(const std::string& name);
  void await_ready(const std::string& name);
  void await_ends(const std::vector<std::string>& names, bool clean);
  void publish();

  std::filesystem::path binary_;
  std::filesystem::path directory_;
  const waiting& wait_;
  std::unique_ptr<hosts> hosts_; ///< outlives the processes
  std::map<std::string, member> members_;
  mutable std::mutex mutex_;
  std::vector<node_place> places_; ///< guarded by mutex_
};

} // namespace evenkeel::scenario
