// Whether jobs can run as they are meant to, found out at the start by running one.
// Owns: nothing. Must not know: settings, logs.
#pragma once

#include "actors/jobs/job_confinement.hpp"

namespace evenkeel::jobs {

/// Where jobs have a user of their own and no directory is given, they start in that user's home,
/// or in / if the user cannot go there. Throws std::runtime_error with one clear sentence: we are
/// not root and jobs should be somebody else's, or not even `exit 0` runs as a job.
job_confinement tried(job_confinement wanted);

/// What a killed node left running is found among the processes of all users (orphans.hpp).
bool may_look_into_others_processes();

} // namespace evenkeel::jobs
