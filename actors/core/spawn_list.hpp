// Which nodes are to run on which hosts, on behalf of the proxy. Owns: the orders, on disk until
// they are withdrawn and their nodes have ended. Must not know: how to reach a host
// (host_watch), actors.
#pragma once

#include "actors/core/effects.hpp"
#include "messages/hosting.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace evenkeel::core {

/// This host's watch is to see that the node runs, from now on.
struct watch_node {
  spawn_order order;
  friend bool operator==(const watch_node&, const watch_node&) = default;
};
/// This host's watch is to end the node, and to say when that is done.
struct end_node {
  spawn_order order;
  friend bool operator==(const end_node&, const end_node&) = default;
};
/// This host's watch is to do nothing more about the node.
struct forget_node {
  spawn_order order;
  friend bool operator==(const forget_node&, const forget_node&) = default;
};
struct answer_hosting {
  std::uint64_t asker = 0;
  hosting_answer content;
  friend bool operator==(const answer_hosting&, const answer_hosting&) = default;
};

using spawn_list_output = std::variant<watch_node, end_node, forget_node, answer_hosting, note>;
using spawn_list_effects = effects<spawn_list_output>;

class spawn_list {
public:
  static constexpr std::size_t most_nodes = 10'000;

  /// `proxy_host`: where the nodes find the proxy. Empty: nobody can tell, and orders are refused.
  explicit spawn_list(std::string proxy_host) : proxy_host_(std::move(proxy_host)) {}

  /// spawned_node records as found on disk (others are ignored); before anything else.
  void recover(const record::value& content);
  /// Ends recovery, once the proxy's port is known. `wanted` are the orders of the command line:
  /// new ones are added.
  void on_start(std::uint16_t proxy_port, const std::vector<spawn_order>& wanted,
                spawn_list_effects& fx);
  /// From a person, through `asker`: answered once the change is durable. `name_in_use`: by a node
  /// that is in the cluster now.
  void on_request(std::uint64_t asker, const hosting_request& request, bool name_in_use,
                  spawn_list_effects& fx);
  /// The host has ended it, or has never heard of it.
  void on_ended(const std::string& name, spawn_list_effects& fx);

  [[nodiscard]] std::size_t nodes() const { return orders_.size(); }

private:
  struct entry {
    std::uint64_t number = 0; ///< of its record
    spawn_order order;
    bool withdrawn = false;
  };

  std::string objection(const spawn_order& order) const;
  void want(const spawn_order& order, spawn_list_effects& fx);
  void add(spawn_order order, spawn_list_effects& fx);
  void watch(const entry& one, spawn_list_effects& fx) const;
  void withdraw(std::uint64_t asker, const hosting_request& request, spawn_list_effects& fx);
  void forget(const std::string& name, spawn_list_effects& fx);
  static void put(const entry& one, spawn_list_effects& fx);

  std::string proxy_host_;
  std::uint16_t proxy_port_ = 0; ///< 0: not started
  std::uint64_t next_number_ = 1;
  std::map<std::string, entry> orders_; ///< by name
};

/// Empty if a node may have this name: it stands in lists, in jobs' environments, and in a path.
std::string problem_with_node_name(std::string_view name);

} // namespace evenkeel::core
