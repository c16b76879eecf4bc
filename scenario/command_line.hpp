// The command line of a process of a script, and of `evenkeel spawn`. Pure.
#pragma once

#include "scenario/script.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::scenario {

/// What the scenario decides for it.
struct launch_place {
  std::string address;  ///< of its machine
  std::uint16_t port{}; ///< proxy: for the cluster; host: for the proxy; nodes: for clients
  std::string proxy_address;
  std::uint16_t proxy_port{};
  std::string data;
  bool beyond_loopback = false;
  std::uint16_t host_port{}; ///< of a spawned node
};

/// Subcommand, the scenario's own options, then the script's `options` as they are. Nodes have 2
/// slots unless these say otherwise; a proxy or host beyond loopback is --plain-cluster unless they
/// have TLS.
std::vector<std::string> command_line(member_kind kind, const std::string& name, const launch_place& place,
                                      const std::vector<std::string>& options);

/// Of `evenkeel despawn`.
std::vector<std::string> despawn_command_line(const std::string& name, const launch_place& place);

/// "--slots" of "--slots=2", too.
std::string option_name(const std::string& word);

} // namespace evenkeel::scenario
