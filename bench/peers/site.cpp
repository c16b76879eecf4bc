#include "bench/peers/site.hpp"

#include "bench/peers/event_loop.hpp"
#include "scenario/environment.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <system_error>
#include <utility>

namespace evenkeel::bench {

namespace {

constexpr std::chrono::seconds start_time{20};

std::string last_line(std::string text) {
  while (text.ends_with('\n'))
    text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

bool takes_connections(std::uint16_t port) {
  try {
    event_loop loop{nullptr};
    loop.connect(port, "a probe", [](stream&) {});
    return true;
  } catch (const connection_lost&) {
    return false;
  }
}

} // namespace

std::filesystem::path find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return name;
  const auto* path = std::getenv("PATH");
  std::istringstream all{std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/sbin"};
  for (std::string one; std::getline(all, one, ':');)
    if (const auto file = std::filesystem::path(one) / name; access(file.c_str(), X_OK) == 0)
      return file;
  return {};
}

site::site(const premises& all) : around_(all) {
  auto pattern = (all.directory / "run-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("cannot make a directory in " + all.directory.string() + ": "
                             + std::generic_category().message(errno));
  directory_ = pattern;
}

site::~site() {
  while (!processes_.empty()) // the latest first
    processes_.pop_back();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

scenario::process& site::start(std::vector<std::string> command,
                               const std::vector<std::string>& variables) {
  const auto program = find_program(command.at(0));
  if (program.empty())
    throw unavailable(command.at(0) + " is not installed (scripts/install-deps bench)");
  scenario::launch how;
  how.log = directory_ / (program.filename().string() + "-" + std::to_string(processes_.size()));
  how.log += ".log";
  command[0] = program;
  how.command = std::move(command);
  how.environment = scenario::environment_for(directory_);
  how.environment.insert(how.environment.end(), variables.begin(), variables.end());
  how.directory = directory_;
  return *processes_.emplace_back(std::make_unique<scenario::process>(how));
}

void site::give_up(const scenario::process& one, const std::string& what) const {
  throw unavailable(what + "; its output ends with: " + last_line(one.log()));
}

void site::await_words(scenario::process& one, const std::string& words) {
  if (!around_.wait.until(start_time, [&] { return one.end() || !one.line_with(words).empty(); })
      || one.end())
    give_up(one, "a server does not start");
}

void site::await_port(scenario::process& one, std::uint16_t port) {
  if (!around_.wait.until(start_time, [&] { return one.end() || takes_connections(port); })
      || one.end())
    give_up(one, "a server does not start");
}

double site::await_end(scenario::process& one) {
  const auto start = std::chrono::steady_clock::now();
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, one.pid(), 0));
  while (handle >= 0 && !one.end()) {
    pollfd what{handle, POLLIN, 0};
    constexpr int look_ms = 100;
    poll(&what, 1, look_ms);
    if (stop() != nullptr && *stop()) {
      close(handle);
      throw scenario::interrupted{};
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (handle >= 0)
    close(handle);
  if (one.end() != 0)
    give_up(one, "a command has failed");
  return took.count();
}

} // namespace evenkeel::bench
