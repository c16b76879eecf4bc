// What a node lets its jobs be and use: their user, their directory, their limits.
// Plain data. Must not know: processes.
#pragma once

#include "actors/jobs/job_limits.hpp"
#include "actors/jobs/job_user.hpp"

#include <optional>
#include <string>
#include <vector>

namespace evenkeel::jobs {

struct job_confinement {
  std::optional<job_user> user; ///< none: ours
  std::string directory;        ///< where they start; empty: our own working directory
  std::vector<job_limit> limits;
};

} // namespace evenkeel::jobs
