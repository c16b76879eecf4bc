// Another user for jobs than the node's own: who that is, looked up once at the start.
// Owns: nothing. Must not know: how a process becomes that user (child_start.hpp).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace evenkeel::jobs {

struct job_user {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups; ///< all of them, `gid` included
  std::string home;
  std::string shell;
};

/// Throws std::runtime_error with one clear sentence: there is no such user, or it is root, for
/// whom no setting is needed.
job_user find_user(const std::string& name);

} // namespace evenkeel::jobs
