#include "actors/jobs/command_spawner.hpp"

#include "actors/jobs/child_start.hpp"
#include "actors/jobs/pidfd.hpp"
#include "actors/jobs/plain_command.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <system_error>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U // Linux 6.3; before it every memfd can be executed
#endif

namespace evenkeel::jobs {

namespace {

constexpr int script_number = 3;
constexpr const char* script_path = "/proc/self/fd/3";
constexpr const char* shell_path = "/bin/sh";

/// A file that can be written to somewhere cannot be executed, and a child that is being made has
/// copies of all descriptors: texts are written while nobody makes a child.
std::shared_mutex making_child_or_text;

std::string text_of(int error) {
  return std::generic_category().message(error);
}

bool goes_away(int error) {
  return error == EAGAIN || error == EMFILE || error == ENFILE || error == ENOMEM
         || error == ETXTBSY;
}

spawn_failure failure_of(int error, const std::string& what) {
  return {error == ENOENT ? 127 : 126, goes_away(error), false, what + ": " + text_of(error)};
}

/// Moves a descriptor above those that the child's end of the plumbing overwrites (a daemon may
/// run with its standard descriptors closed, and then 0 to 3 are ours). Not valid on failure.
descriptor lifted(descriptor low) {
  if (!low.valid() || low.get() > script_number)
    return low;
  return descriptor{::fcntl(low.get(), F_DUPFD_CLOEXEC, script_number + 1)};
}

bool write_all(int number, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::write(number, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

/// A descriptor at the start of `text`, in memory. Sealed and opened again for reading only: a job
/// cannot change it, and nothing that could write it is open when it is executed (ETXTBSY).
/// Not valid on failure, errno says why.
descriptor text_in_memory(std::string_view text) {
  const std::unique_lock no_child{making_child_or_text};
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  descriptor memory{::memfd_create("job", flags | MFD_EXEC)};
  if (!memory.valid() && errno == EINVAL)
    memory = descriptor{::memfd_create("job", flags)};
  if (!memory.valid() || !write_all(memory.get(), text))
    return {};
  constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (::fcntl(memory.get(), F_ADD_SEALS, seals) != 0)
    return {};
  const auto path = "/proc/self/fd/" + std::to_string(memory.get());
  return lifted(descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)});
}

/// Only the reading end is non-blocking: the job's end behaves like any pipe.
bool make_pipe(descriptor& reading, descriptor& writing) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return false;
  reading = descriptor{ends[0]};
  writing = lifted(descriptor{ends[1]});
  return writing.valid() && ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

/// What execve would cut off or misread in silence. Empty: nothing.
std::string defect_of(const command_request& request) {
  if (!request.is_script && has_nul(request.shell_command))
    return "the command holds a NUL byte";
  for (const auto& [name, value] : request.environment) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value))
      return "bad environment variable: " + name.substr(0, name.find('\0'));
  }
  return {};
}

bool executes_itself(const command_request& request) {
  return request.body.starts_with("#!")
         || request.body.starts_with("\x7f"
                                     "ELF");
}

using arguments = std::vector<std::string>; // the first is the program's path

arguments script_arguments(const command_request& request) {
  return executes_itself(request) ? arguments{script_path} : arguments{shell_path, script_path};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// So that a job can open /dev/stdout and /dev/stderr, as it could if it were us.
bool give_to(const job_user& user, const descriptor& out, const descriptor& err) {
  return ::fchown(out.get(), user.uid, user.gid) == 0
         && ::fchown(err.get(), user.uid, user.gid) == 0;
}

/// For a child that exists but cannot be watched.
void end_and_reap(pid_t pid) {
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace

/// The child's ends, ours only until it is made.
struct command_spawner::plumbing {
  descriptor text; ///< the script or the standard input; not valid: /dev/null
  descriptor out;
  descriptor err;
};

command_spawner::command_spawner(job_confinement confinement)
    : confinement_(std::move(confinement)), environment_(confinement_),
      null_(lifted(descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)})) {
  if (!null_.valid())
    throw std::system_error(errno, std::generic_category(), "/dev/null");
}

int command_spawner::execute(std::vector<std::string> arguments, const command_request& request,
                             const plumbing& ends, pid_t& pid) {
  const auto words = pointers_to(arguments);
  auto variables = environment_.with(request.environment);
  const auto settings = pointers_to(variables);
  const bool has_input = !request.is_script && ends.text.valid();
  child_plan plan;
  plan.arguments = words.data();
  plan.environment = settings.data();
  plan.descriptors = {has_input ? ends.text.get() : null_.get(), ends.out.get(), ends.err.get(),
                      // stays open: an interpreter opens the script by this number
                      request.is_script ? ends.text.get() : -1};
  if (!confinement_.directory.empty())
    plan.directory = confinement_.directory.c_str();
  plan.user = confinement_.user ? &*confinement_.user : nullptr;
  plan.limits = confinement_.limits;
  const std::shared_lock no_text{making_child_or_text};
  return start_child(plan, pid);
}

int command_spawner::run(const command_request& request, const plumbing& ends, pid_t& pid) {
  if (request.is_script)
    return execute(script_arguments(request), request, ends, pid);
  if (auto words = plain_words(request.shell_command)) {
    const int error = execute(std::move(*words), request, ends, pid);
    if (error == 0 || goes_away(error))
      return error;
  } // else the shell says what is wrong, in its own words
  return execute({shell_path, "-c", request.shell_command}, request, ends, pid);
}

std::variant<spawned_command, spawn_failure>
command_spawner::spawn(const command_request& request) {
  if (auto defect = defect_of(request); !defect.empty())
    return spawn_failure{126, false, false, std::move(defect)};
  spawned_command made;
  plumbing ends;
  if (!make_pipe(made.out, ends.out) || !make_pipe(made.err, ends.err))
    return failure_of(errno, "cannot make a pipe");
  if (confinement_.user && !give_to(*confinement_.user, ends.out, ends.err))
    return failure_of(errno, "cannot give a pipe to the user of jobs");
  if (request.is_script || request.has_stdin) {
    ends.text = text_in_memory(request.body);
    if (!ends.text.valid()) {
      auto failure = failure_of(errno, "cannot hold the text in memory");
      failure.exit_code = 126;
      return failure;
    }
  }
  if (const int error = run(request, ends, made.pid); error != 0) {
    const bool interpreter = error == ENOENT && request.is_script && executes_itself(request);
    return failure_of(error, interpreter ? "cannot run the interpreter that the script names"
                                         : "cannot run the command");
  }
  ends = {}; // before the next line: leaves it room among the descriptors
  made.process = open_pidfd(made.pid);
  if (!made.process.valid()) {
    auto failure = failure_of(errno, "started, but ended at once: cannot watch the process");
    end_and_reap(made.pid);
    return spawn_failure{126, false, true, std::move(failure.error)};
  }
  return made;
}

} // namespace evenkeel::jobs
