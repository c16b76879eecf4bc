#include "actors/jobs/confinement_check.hpp"

#include "actors/jobs/command_spawner.hpp"

#include <linux/capability.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>

namespace evenkeel::jobs {

namespace {

/// Until all writers are gone; a shell that does nothing writes a line at most.
std::string all_of(const descriptor& pipe) {
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    pollfd waiting{pipe.get(), POLLIN, 0};
    if (::poll(&waiting, 1, -1) < 0 && errno != EINTR)
      return text;
    const auto size = ::read(pipe.get(), piece.data(), piece.size());
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
      return text.substr(0, text.find('\n'));
    if (size > 0)
      text.append(piece.data(), static_cast<std::size_t>(size));
  }
}

/// Why such a command does not end with 0; empty: it does, or it could not be tried now.
std::string problem_of(const job_confinement& confinement, const std::string& shell_command) {
  command_spawner spawner{confinement};
  command_request request;
  request.shell_command = shell_command;
  auto outcome = spawner.spawn(request);
  if (const auto* failure = std::get_if<spawn_failure>(&outcome))
    return failure->retryable ? std::string{} : failure->error;
  const auto& made = std::get<spawned_command>(outcome);
  const auto words = all_of(made.err);
  int status = 0;
  while (::waitpid(made.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status))
    return "/bin/sh was ended by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0)
    return words.empty() ? "/bin/sh exited with " + std::to_string(WEXITSTATUS(status)) : words;
  return {};
}

/// In force now, for this thread.
bool has_capability(unsigned number) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0)
    return false;
  return (sets.at(number / 32).effective & (1U << (number % 32))) != 0;
}

} // namespace

job_confinement tried(job_confinement wanted) {
  if (wanted.user && ::geteuid() != 0)
    throw std::runtime_error("only root may run jobs as another user, and this is user "
                             + std::to_string(::geteuid()));
  if (wanted.user && !has_capability(CAP_KILL))
    throw std::runtime_error("jobs of another user could not be ended: CAP_KILL is missing");
  if (wanted.user && wanted.directory.empty()) {
    auto at_home = wanted;
    at_home.directory = "/";
    const bool has_home = problem_of(at_home, "cd -- \"$HOME\"").empty();
    wanted.directory = has_home ? wanted.user->home : "/";
  }
  const bool changes_nothing = !wanted.user && wanted.limits.empty();
  if (auto problem = changes_nothing ? std::string{} : problem_of(wanted, "exit 0");
      !problem.empty())
    throw std::runtime_error("not even an empty job runs like that: " + problem);
  return wanted;
}

bool may_look_into_others_processes() {
  return has_capability(CAP_SYS_PTRACE);
}

} // namespace evenkeel::jobs
