// Which process of this host a pid means: pids are reused, (boot id, pid, start time) are not.
// Must not know: jobs, ledgers, or why somebody asks.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace evenkeel::jobs {

/// One process for ever, on one host and in one pid namespace.
struct process_identity {
  std::string boot_id; ///< /proc/sys/kernel/random/boot_id, without the newline
  pid_t pid = 0;
  std::uint64_t start_ticks = 0; ///< clock ticks from the host's boot to the process's start
  friend bool operator==(const process_identity&, const process_identity&) = default;
};

/// What /proc/<pid>/stat tells that is of use here.
struct process_stat {
  char state = '?'; ///< 'Z': dead, not yet reaped
  pid_t parent = 0;
  pid_t group = 0;
  std::uint64_t start_ticks = 0;
  bool of_kernel = false; ///< a thread of the kernel's: no program
};

/// This boot of the host; empty where /proc is not mounted.
const std::string& current_boot_id();

/// Nothing where there is no such process (or /proc is not mounted).
std::optional<process_stat> read_process_stat(pid_t pid);

/// The whole of a small /proc file (NULs included); nothing where it cannot be read. Blocks no
/// longer than /proc does.
std::optional<std::string> read_proc_file(const std::string& path);

} // namespace evenkeel::jobs
