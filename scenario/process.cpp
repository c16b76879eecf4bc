#include "scenario/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace evenkeel::scenario {

namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts)
    all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

/// Between fork and exec. fork instead of posix_spawn because of PR_SET_PDEATHSIG: whatever becomes
/// of us, no cluster is left running. A group of its own, so that Ctrl-C reaches us alone.
[[noreturn]] void become(char* const* command, char* const* environment, const char* directory,
                         int log, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  if (getppid() == parent && nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0
      && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0 && chdir(directory) == 0)
    execve(command[0], command, environment);
  constexpr std::string_view trouble = "the binary cannot be executed here\n";
  if (write(STDERR_FILENO, trouble.data(), trouble.size()) < 0)
    _exit(126);
  _exit(127);
}

} // namespace

process::process(const launch& how) : log_(how.log) {
  const int log = open(how.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0)
    throw std::runtime_error("cannot write " + how.log.string() + ": "
                             + std::generic_category().message(errno));
  log_begin_ = std::filesystem::file_size(log_);
  const auto command = pointers_to(how.command);
  const auto environment = pointers_to(how.environment);
  const auto parent = getpid();
  pid_ = fork();
  if (pid_ == 0)
    become(command.data(), environment.data(), how.directory.c_str(), log, parent);
  const auto error = errno;
  close(log);
  if (pid_ < 0)
    throw std::runtime_error("cannot start a process: " + std::generic_category().message(error));
}

process::~process() {
  if (end())
    return;
  ::kill(pid_, SIGKILL);
  int ignored = 0;
  while (waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) {
  }
}

void process::signal(int number) const {
  if (!end_)
    ::kill(pid_, number);
}

std::optional<int> process::end() {
  int status = 0;
  if (!end_ && waitpid(pid_, &status, WNOHANG) == pid_)
    end_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return end_;
}

std::string process::log() const {
  std::ifstream file{log_, std::ios::binary};
  file.seekg(static_cast<std::streamoff>(log_begin_));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t process::count_of(const std::string& text) const {
  const auto all = log();
  std::size_t count = 0;
  for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + text.size()))
    ++count;
  return count;
}

std::string process::line_with(const std::string& text) const {
  const auto all = log();
  const auto found = all.find(text);
  const auto end = found == std::string::npos ? found : all.find('\n', found);
  if (end == std::string::npos)
    return {};
  const auto before = all.rfind('\n', found);
  const auto begin = before == std::string::npos ? 0 : before + 1;
  return all.substr(begin, end - begin);
}

} // namespace evenkeel::scenario
