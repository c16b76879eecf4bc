// Memory and CPU time of processes, as the system counts them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace evenkeel::bench {

struct memory_use {
  std::uint64_t all = 0;       ///< PSS in bytes
  std::uint64_t anonymous = 0; ///< of that, what belongs to no file
};

/// Both throw std::runtime_error when there is no such process.
memory_use memory_of(pid_t pid);
std::chrono::nanoseconds cpu_time_of(pid_t pid);

} // namespace evenkeel::bench
