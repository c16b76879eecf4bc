// What each process of a job may use at most: the system's resource limits (man setrlimit) by name.
// Owns: the table of those that can be set. Must not know: how a process gets them.
#pragma once

#include "actors/jobs/command.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::jobs {

enum class limit_unit : std::uint8_t { bytes, seconds, count };

/// A limit that can be set.
struct limit_kind {
  std::string_view name;
  int resource; ///< RLIMIT_...
  limit_unit unit;
};

std::span<const limit_kind> limit_kinds();

/// A job's process gets it as soft and as hard limit; of CPU time the hard one is `cpu_grace_s`
/// more, so that the first signal, SIGXCPU, tells why.
struct job_limit {
  const limit_kind* kind = nullptr;
  std::uint64_t value = 0;
};

inline constexpr std::uint64_t cpu_grace_s = 5;

/// Which of the limits ended a command that ended like this, for people; empty: none that can be
/// told. Most limits end nothing: an allocation, an open or a fork fails, and the job says so.
std::string limit_that_ended(const command_end& end, std::span<const job_limit> limits);

} // namespace evenkeel::jobs
