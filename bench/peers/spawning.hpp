// What the system itself needs to run commands.
#pragma once

#include <cstddef>
#include <cstdint>

namespace evenkeel::bench {

/// Commands a second: posix_spawn of /bin/true and waitpid, `count` in all, so many at a time.
/// Throws std::runtime_error.
double spawn_rate(std::uint64_t count, std::size_t at_a_time);

} // namespace evenkeel::bench
