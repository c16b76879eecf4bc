// Makes the process of a command: its program, environment, descriptors, group and signals.
// Owns: what all commands share (our environment, /dev/null, the spawn attributes), and nothing of
// a command once it is made.
// Must not know: what becomes of the process; tokens mean nothing here.
//
// The child gets descriptors 0, 1 and 2, a script also 3 (itself, read-only), and no others; a
// process group of its own; no blocked signals and default dispositions for all. posix_spawn, never
// fork: its cost does not grow with our memory.
#pragma once

#include "actors/jobs/command.hpp"
#include "actors/jobs/descriptor.hpp"
#include "actors/jobs/job_environment.hpp"

#include <spawn.h>

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
  /// Takes a copy of our environment without the variables named in `withheld`. Commands start in
  /// `working_directory` (empty: ours). Throws std::system_error where /dev/null cannot be opened.
  command_spawner(const std::vector<std::string>& withheld, std::string working_directory);
  ~command_spawner();
  command_spawner(const command_spawner&) = delete;
  command_spawner& operator=(const command_spawner&) = delete;

  std::variant<spawned_command, spawn_failure> spawn(const command_request& request);

private:
  struct plumbing;

  /// Both: 0, or what posix_spawn returned.
  int run(const command_request& request, const plumbing& ends, pid_t& pid);
  int execute(std::vector<std::string> arguments, const command_request& request,
              const plumbing& ends, pid_t& pid);

  job_environment environment_;
  std::string working_directory_;
  descriptor null_;
  posix_spawnattr_t attributes_;
};

} // namespace evenkeel::jobs
