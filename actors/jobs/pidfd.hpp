// The two system calls on pidfds: descriptors that name one process, however pids are reused.
// As system calls, since the header of glibc 2.36 declares its functions without C linkage.
#pragma once

#include "actors/jobs/descriptor.hpp"

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace evenkeel::jobs {

/// Close-on-exec, readable once the process is dead. Not valid on failure, errno says why; ESRCH:
/// there is no such process.
inline descriptor open_pidfd(pid_t pid) {
  return descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))};
}

/// False on failure, errno says why; ESRCH: it is dead and reaped.
inline bool signal_pidfd(const descriptor& process, int signal) {
  return ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0U) == 0;
}

} // namespace evenkeel::jobs
