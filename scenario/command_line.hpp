// The command line of a process of a script. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::scenario {

/// What the scenario decides for it.
struct launch_place {
  std::string address;  ///< of its host
  std::uint16_t port{}; ///< proxy: for the cluster; node: for clients
  std::string proxy_address;
  std::uint16_t proxy_port{};
  std::string data;
  bool beyond_loopback = false;
};

/// Subcommand, the scenario's own options, then the script's `options` as they are. Nodes have 2
/// slots unless these say otherwise; a proxy beyond loopback is --plain-cluster unless they have TLS.
std::vector<std::string> command_line(const std::string& name, const launch_place& place,
                                      const std::vector<std::string>& options);

/// "--slots" of "--slots=2", too.
std::string option_name(const std::string& word);

} // namespace evenkeel::scenario
