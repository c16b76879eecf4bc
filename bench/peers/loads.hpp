// The load of a contestant with all it needs: who speaks, how many, for how long.
#pragma once

#include "bench/peers/load.hpp"
#include "bench/peers/row.hpp"
#include "bench/peers/talker.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::bench {

using make_talker = std::function<std::unique_ptr<talker>(std::uint32_t number)>;

/// `count` clients, spread over the ports in turn.
std::vector<load_client> clients_of(const std::vector<std::uint16_t>& ports, std::size_t count,
                                    const make_talker& make);

/// "per_s", "p50_us", "p99_us" and "load_us" (CPU time of the load itself) of clients with `window`
/// operations under way each.
figures timed_load(run_context& run, const std::string& peer,
                   const std::vector<std::uint16_t>& ports, std::size_t clients,
                   const make_talker& make, std::size_t window = 1);

} // namespace evenkeel::bench
