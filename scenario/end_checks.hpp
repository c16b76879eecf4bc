// What must hold at the end of every script, whatever was in it.
#pragma once

#include "scenario/world.hpp"

#include <cstddef>

namespace evenkeel::scenario {

/// 1. Every acknowledged ticket has exactly one result, the same at its home and at another node,
///    and the same as whenever it was seen before. 2. Clients saw no error but those that say "try
///    again", closed connections and silence. 3. The cluster has no job left. 4. Every process
///    ends by SIGTERM, with exit 0. 5. No job is left running.
/// Links are healed and frozen processes thawed first. Returns how many tickets could not be asked
/// for, because their home does not run. Throws `failure`.
std::size_t check_end(world& all);

} // namespace evenkeel::scenario
