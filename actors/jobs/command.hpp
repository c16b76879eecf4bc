// A command as the launcher is asked to run it, and what it tells about it.
// Plain data. Must not know: tickets, attempts, or who keeps the results.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace evenkeel::jobs {

using environment_variables = std::vector<std::pair<std::string, std::string>>;

/// What to run. A *command* is `/bin/sh -c shell_command` (without the shell where it would change
/// nothing: plain_command.hpp). A *script* is `body`: its `#!` line is
/// honoured (and an ELF program works as well), without one it is run by /bin/sh; it lives in
/// memory only and sees itself as /proc/self/fd/3.
struct command_request {
  std::uint64_t token = 0;   ///< the caller's name for it; one running command per token
  std::string shell_command; ///< unused for a script
  bool is_script = false;
  std::string body;       ///< the script's text, or the standard input of a command that has one
  bool has_stdin = false; ///< else, and for scripts always, standard input is /dev/null
  /// Added to our own environment, over it and, for a name given twice, over what stands before.
  environment_variables environment;
  std::size_t capture_limit = 0; ///< bytes kept of each of standard output and standard error
};

/// The command's process exists. Together with the boot id this names it for ever.
struct command_started {
  std::uint64_t token = 0;
  pid_t pid = 0;                 ///< also its process group
  std::uint64_t start_ticks = 0; ///< as in `process_identity`; 0 where /proc is not mounted
};

/// The last word about a command; exactly one for each that was accepted.
struct command_end {
  std::uint64_t token = 0;
  /// The process's own, where it ran and `signal` is 0. With an `error`: 127 when the program, or
  /// the interpreter that the script names, does not exist, 126 when it exists but cannot be run
  /// or we failed to run it. (A shell uses the same two numbers itself; `error` is empty then.)
  int exit_code = 0;
  int signal = 0; ///< what killed it; 0: it exited
  std::string out;
  std::string err;
  bool out_truncated = false; ///< there was more than `capture_limit`
  bool err_truncated = false;
  /// We had been asked to stop it before its end was seen. It may have ended by itself all the
  /// same: then `exit_code` and `signal` tell so.
  bool stopped = false;
  /// Nothing was run, for want of something that may be there again soon (descriptors, memory,
  /// processes): the same request may be tried again.
  bool could_not_start = false;
  std::string error;           ///< why it did not run (pid is 0), or how we lost it; empty: it ran
  pid_t pid = 0;               ///< 0: nothing was run
  std::uint64_t cpu_ms = 0;    ///< CPU time of its process and of those that it waited for
  std::uint64_t successor = 0; ///< token of the command that is started in its place; 0: none
  std::string
      limit; ///< which limit of this node ended it, for people; empty: none, or it is not known
};

using process_event = std::variant<command_started, command_end>;

} // namespace evenkeel::jobs
