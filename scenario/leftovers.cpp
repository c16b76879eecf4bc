#include "scenario/leftovers.hpp"

#include "scenario/cluster.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace evenkeel::scenario {

namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The value of a variable in NAME=value\0NAME=value\0...
std::string variable(const std::string& environment, const std::string& name) {
  const auto wanted = name + '=';
  for (std::size_t at = 0; at < environment.size();) {
    const std::string_view one = environment.c_str() + at;
    if (one.starts_with(wanted))
      return std::string(one.substr(wanted.size()));
    at += one.size() + 1;
  }
  return {};
}

/// 0 where the entry of /proc is no process.
pid_t pid_of(const std::filesystem::path& entry) {
  const auto name = entry.filename().string();
  pid_t pid = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
  return parsed.ptr == name.data() + name.size() ? pid : 0;
}

} // namespace

std::vector<leftover> find_leftovers(const std::filesystem::path& directory) {
  std::vector<leftover> found;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", none)) {
    const auto pid = pid_of(entry.path());
    if (pid == 0)
      continue;
    const auto environment = content(entry.path() / "environ");
    if (variable(environment, scenario_variable) != directory.string())
      continue;
    auto command = content(entry.path() / "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    found.push_back({pid, variable(environment, "EVENKEEL_NODE"), command});
  }
  return found;
}

void end_leftovers(const std::filesystem::path& directory) {
  constexpr int rounds = 100; // one that is dead and not yet reaped has no environment
  for (int i = 0; i < rounds; ++i) {
    const auto left = find_leftovers(directory);
    if (left.empty())
      return;
    for (const auto& one : left)
      ::kill(one.pid, SIGKILL);
  }
}

} // namespace evenkeel::scenario
