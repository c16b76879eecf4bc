// Makes the process of a command: its program, environment, descriptors, group and signals.
// Owns: what all commands share (environment, /dev/null, user, limits), and nothing of a command
// once it is made.
// Must not know: what becomes of the process; tokens mean nothing here.
//
// The child gets descriptors 0, 1 and 2, a script also 3 (itself, read-only), and no others; a
// process group of its own; no blocked signals and default dispositions for all (child_start.hpp).
#pragma once

#include "actors/jobs/command.hpp"
#include "actors/jobs/descriptor.hpp"
#include "actors/jobs/job_confinement.hpp"
#include "actors/jobs/job_environment.hpp"

#include <string>
#include <variant>
#include <vector>

namespace evenkeel::jobs {

/// A process that runs, and is ours to reap.
struct spawned_command {
  pid_t pid = 0;
  descriptor process; ///< pidfd
  descriptor out;     ///< reading end, non-blocking
  descriptor err;     ///< reading end, non-blocking
};

struct spawn_failure {
  int exit_code = 126; ///< 127: the program or the script's interpreter does not exist
  bool retryable = false;
  bool ran = false; ///< it was made, and was killed at once because it could not be watched
  std::string error;
};

/// Not thread safe: one thread spawns.
class command_spawner {
public:
  /// Takes a copy of our environment. Throws std::system_error where /dev/null cannot be opened.
  explicit command_spawner(job_confinement confinement);
  command_spawner(const command_spawner&) = delete;
  command_spawner& operator=(const command_spawner&) = delete;

  std::variant<spawned_command, spawn_failure> spawn(const command_request& request);
  [[nodiscard]] const job_confinement& confinement() const { return confinement_; }

private:
  struct plumbing;

  /// Both: 0, or an errno.
  int run(const command_request& request, const plumbing& ends, pid_t& pid);
  int execute(std::vector<std::string> arguments, const command_request& request,
              const plumbing& ends, pid_t& pid);

  job_confinement confinement_;
  job_environment environment_;
  descriptor null_;
};

} // namespace evenkeel::jobs
