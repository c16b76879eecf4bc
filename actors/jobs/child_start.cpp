#include "actors/jobs/child_start.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>

/// glibc's clone by its other name: ThreadSanitizer's takes every child for one with a memory of
/// its own, and what it notes of it there would be noted of this thread.
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument,
                       ...); // NOLINT(bugprone-reserved-identifier)

// What the child writes is in memory that the parent goes on with.
#define EVENKEEL_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))

namespace evenkeel::jobs {

namespace {

constexpr std::size_t stack_size = std::size_t{64} << 10U;

/// What the child reads, without containers, and what it leaves behind.
struct order {
  const child_plan* plan;
  const int* descriptors;
  const job_limit* limits;
  std::size_t limit_count;
  const gid_t* groups;
  std::size_t group_count;
  int error = 0;
};

EVENKEEL_CHILD bool take_descriptors(const int* ours) {
  int number = 0;
  for (; number < 4 && ours[number] >= 0; ++number)
    if (::dup2(ours[number], number) < 0)
      return false;
  // Everything of ours is close-on-exec; this is for libraries that forgot.
  return ::close_range(static_cast<unsigned>(number), UINT_MAX, 0) == 0;
}

EVENKEEL_CHILD bool take_limits(const job_limit* limits, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto most = static_cast<rlim_t>(limits[i].value);
    const int resource = limits[i].kind->resource;
    const rlimit both{most, resource == RLIMIT_CPU ? most + cpu_grace_s : most};
    if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &both) != 0)
      return false;
  }
  return true;
}

/// The C library's functions of these names would change all threads of the parent as well.
EVENKEEL_CHILD bool become(const job_user* user, const gid_t* groups, std::size_t count) {
  return ::syscall(SYS_setgroups, count, groups) == 0
         && ::syscall(SYS_setresgid, user->gid, user->gid, user->gid) == 0
         && ::syscall(SYS_setresuid, user->uid, user->uid, user->uid) == 0;
}

/// Our handlers must not run in the child: they would work in the parent's memory.
EVENKEEL_CHILD void forget_signals() {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal)
    ::sigaction(signal, &usual, nullptr); // not possible for a few, and not needed
}

EVENKEEL_CHILD bool prepare(const order& what) {
  const auto& plan = *what.plan;
  forget_signals();
  if (::setpgid(0, 0) != 0 || !take_descriptors(what.descriptors))
    return false;
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0)
    return false;
  if (!take_limits(what.limits, what.limit_count))
    return false;
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  return plan.user == nullptr || become(plan.user, what.groups, what.group_count);
}

EVENKEEL_CHILD int run_child(void* argument) {
  auto& what = *static_cast<order*>(argument);
  if (prepare(what))
    ::execve(what.plan->arguments[0], what.plan->arguments, what.plan->environment);
  what.error = errno;
  ::_exit(127);
}

/// No signal at all, those of the C library included, reaches this thread, and so the child.
class signals_held {
public:
  signals_held() { change(~0ULL, &before_); }
  ~signals_held() { change(before_, nullptr); }
  signals_held(const signals_held&) = delete;
  signals_held& operator=(const signals_held&) = delete;

private:
  using kernel_set = unsigned long long;
  static void change(kernel_set wanted, kernel_set* before) {
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &wanted, before, sizeof wanted);
  }
  kernel_set before_ = 0;
};

} // namespace

int start_child(const child_plan& plan, pid_t& pid) {
  order what{&plan, plan.descriptors.data(), plan.limits.data(), plan.limits.size(), nullptr, 0, 0};
  if (plan.user != nullptr) {
    what.groups = plan.user->groups.data();
    what.group_count = plan.user->groups.size();
  }
  alignas(16) std::array<std::byte, stack_size> stack; // this thread waits until it is free again
  const signals_held quiet;
  pid = ::__clone(run_child, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &what);
  if (pid < 0)
    return errno;
  if (what.error != 0)
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  return what.error;
}

} // namespace evenkeel::jobs
