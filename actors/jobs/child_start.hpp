// Makes a process that runs a program: what posix_spawn does, and the two things that it cannot,
// another user and limits. Like posix_spawn it borrows our memory until the program is there, so
// that its cost does not grow with it; the calling thread waits for that long.
// Owns: nothing. Must not know: jobs, pipes, what the descriptors are.
//
// In the child nothing runs but calls to the system: other threads of ours may hold any lock. The
// change of user comes last: from then on until the program runs, a moment of about a microsecond,
// other processes of that user may send signals to the child.
#pragma once

#include "actors/jobs/job_limits.hpp"
#include "actors/jobs/job_user.hpp"

#include <sys/types.h>

#include <array>
#include <span>

namespace evenkeel::jobs {

/// Pointers into what outlives the call.
struct child_plan {
  char* const* arguments = nullptr;   ///< the first is the program's path; ends with null
  char* const* environment = nullptr; ///< ends with null
  /// Ours, all above 3, that become 0, 1, 2 and 3 there; the last may be -1. There are no others.
  std::array<int, 4> descriptors{-1, -1, -1, -1};
  const char* directory = nullptr; ///< to start in; null: ours
  const job_user* user = nullptr;  ///< null: ours
  std::span<const job_limit> limits;
};

/// The child leads a process group of its own, has no blocked signals, and default dispositions for
/// all. 0, or the errno of what failed there or here, and then there is no child.
int start_child(const child_plan& plan, pid_t& pid);

} // namespace evenkeel::jobs
