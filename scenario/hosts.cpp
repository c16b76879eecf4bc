#include "scenario/hosts.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace evenkeel::scenario {

namespace {

const std::filesystem::path spaces = "/run/netns";
const std::string mark = "evenkeel-"; ///< evenkeel-PID-NAME
const std::string switch_name = "switch.";
constexpr int most_hosts = 250; ///< in 10.77.0.0/24

/// Runs a line of the shell; throws with what it printed. Every word in it is ours.
void run(const std::string& line) {
  auto* const pipe = popen((line + " 2>&1").c_str(), "re");
  if (pipe == nullptr)
    throw std::runtime_error("cannot run " + line);
  std::string said;
  std::array<char, 512> buffer{};
  while (const auto size = fread(buffer.data(), 1, buffer.size(), pipe))
    said.append(buffer.data(), size);
  if (pclose(pipe) != 0)
    throw std::runtime_error(line + ": " + said.substr(0, said.find('\n')));
}

void remove_space(const std::string& name) {
  try {
    run("ip netns delete " + name);
  } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): it is gone, or nothing can help
  }
}

/// The pid in evenkeel-PID-NAME; 0 in other names.
pid_t owner_of(const std::string& space) {
  pid_t owner = 0;
  if (space.starts_with(mark))
    std::from_chars(space.data() + mark.size(), space.data() + space.size(), owner);
  return owner;
}

void remove_leftovers() {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(spaces, none)) {
    const auto name = entry.path().filename().string();
    const auto owner = owner_of(name);
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH)
      remove_space(name);
  }
}

int open_space(const std::filesystem::path& path) {
  const auto descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw std::runtime_error("cannot open " + path.string());
  return descriptor;
}

} // namespace

in_host::in_host(int host) {
  if (host < 0)
    return;
  before_ = open_space("/proc/thread-self/ns/net");
  if (setns(host, CLONE_NEWNET) != 0)
    throw std::runtime_error("cannot enter a network namespace");
}

in_host::~in_host() {
  if (before_ < 0)
    return;
  if (setns(before_, CLONE_NEWNET) != 0)
    std::abort(); // everything that follows would happen in the wrong place
  close(before_);
}

std::string hosts::obstacle() {
  if (geteuid() != 0)
    return "links can be cut by root only";
  const auto probe = mark + std::to_string(getpid()) + "-probe";
  std::string why;
  try {
    run("ip netns add " + probe);
    run("ip -n " + probe + " link add name v type veth peer name u");
    run("ip -n " + probe + " link add name hub type bridge");
    run("tc -n " + probe + " qdisc replace dev v root bfifo limit 0");
  } catch (const std::exception& error) {
    why = error.what();
  }
  remove_space(probe);
  return why;
}

hosts::hosts() : prefix_(mark + std::to_string(getpid()) + "-") {
  remove_leftovers();
  try {
    const auto name = space(switch_name);
    run("ip netns add " + name);
    run("ip -n " + name + " link add name hub type bridge");
    run("ip -n " + name + " link set hub up");
  } catch (...) {
    remove_all();
    throw;
  }
}

hosts::~hosts() {
  remove_all();
}

void hosts::remove_all() {
  for (const auto& [name, one] : hosts_) {
    close(one.descriptor);
    remove_space(space(name));
  }
  hosts_.clear();
  remove_space(space(switch_name));
}

std::string hosts::space(const std::string& name) const {
  return prefix_ + name;
}

std::string hosts::address(const std::string& name) const {
  return "10.77.0." + std::to_string(hosts_.at(name).number);
}

void hosts::add(const std::string& name) {
  const auto number = static_cast<int>(hosts_.size()) + 1;
  if (number > most_hosts)
    throw std::runtime_error("too many hosts");
  const auto here = space(name);
  run("ip netns add " + here);
  try {
    hosts_[name] = {number, open_space(spaces / here)};
  } catch (...) {
    remove_space(here);
    throw;
  }
  const auto at = "ip -n " + space(switch_name) + " ";
  const auto n = std::to_string(number);
  const auto ours = "ip -n " + here + " ";
  run(at + "link add name v" + n + " type veth peer name eth0 netns " + here);
  run(at + "link add name u" + n + " type veth peer name d" + n);
  run(at + "link add name h" + n + " type bridge");
  for (const auto& [port, bridge] :
       {std::pair{"v" + n, "h" + n}, {"u" + n, "h" + n}, {"d" + n, std::string("hub")}})
    run(std::string(at).append("link set ").append(port).append(" master ").append(bridge) + " up");
  run(at + "link set h" + n + " up");
  run(ours + "address add " + address(name) + "/24 dev eth0");
  run(ours + "link set lo up");
  run(ours + "link set eth0 up");
}

void hosts::cut(const std::string& name, direction silent) const {
  heal(name);
  const auto n = std::to_string(hosts_.at(name).number);
  const auto lose = [&](const std::string& port) {
    run("tc -n " + space(switch_name) + " qdisc replace dev " + port + n + " root bfifo limit 0");
  };
  if (silent != direction::out)
    lose("v");
  if (silent != direction::in)
    lose("u");
}

void hosts::heal(const std::string& name) const {
  const auto n = std::to_string(hosts_.at(name).number);
  for (const auto* port : {"v", "u"})
    run("tc -n " + space(switch_name) + " qdisc replace dev " + port + n + " root pfifo limit 1000");
}

} // namespace evenkeel::scenario
