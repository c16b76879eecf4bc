#include "scenario/cluster.hpp"

#include "scenario/command_line.hpp"
#include "scenario/environment.hpp"
#include "scenario/free_port.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <utility>

namespace evenkeel::scenario {

namespace {

constexpr milliseconds start_time{60'000};
constexpr milliseconds end_time{60'000};

std::string how_it_ended(int end) {
  return end < 0 ? "by signal " + std::to_string(-end) : "with exit " + std::to_string(end);
}

std::string last_line(std::string text) {
  while (text.ends_with('\n'))
    text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

/// Of /proc/PID/stat; 'T' is stopped.
char state_of(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  return name_end == std::string::npos || name_end + 2 >= text.size() ? '?' : text[name_end + 2];
}

} // namespace

cluster::cluster(std::filesystem::path binary, std::filesystem::path directory, bool with_hosts,
                 const waiting& wait)
    : binary_(std::move(binary)), directory_(std::move(directory)), wait_(wait),
      hosts_(with_hosts ? std::make_unique<hosts>() : nullptr) {}

cluster::member& cluster::require_running(const std::string& name) {
  auto& one = members_.at(name);
  if (!running(name))
    throw failure(name + " does not run");
  return one;
}

bool cluster::running(const std::string& name) const {
  return at(name).running != nullptr;
}

bool cluster::left_dead(const std::string& name) const {
  return !running(name) && at(name).killed;
}

std::vector<std::string> cluster::names() const {
  std::vector<std::string> all;
  for (const auto& [name, one] : members_)
    all.push_back(name);
  return all;
}

std::string cluster::address(const std::string& name) const {
  return hosts_ ? hosts_->address(name) : "127.0.0.1";
}

/// Its host and its port, once for all its lives.
void cluster::give_place(const std::string& name) {
  if (hosts_ && !hosts_->has(name))
    hosts_->add(name);
  if (auto& one = members_[name]; one.port == 0)
    one.port = free_port();
}

launch cluster::how_to_start(const std::string& name) {
  const std::string proxy{proxy_name};
  give_place(proxy);
  give_place(name);
  const auto& one = at(name);
  launch how;
  how.command = command_line(name,
                             {address(name), one.port, address(proxy), at(proxy).port,
                              (directory_ / name).string(), hosts_ != nullptr},
                             one.options);
  how.command.insert(how.command.begin(), binary_);
  how.environment = environment_for(directory_);
  how.directory = directory_;
  how.log = directory_ / (name + ".log");
  return how;
}

void cluster::spawn(const std::string& name) {
  const auto how = how_to_start(name);
  const in_host scope{hosts_ ? hosts_->descriptor(name) : -1};
  auto& one = members_.at(name);
  one.running = std::make_unique<process>(how);
  one.frozen = false;
  one.killed = false;
  publish();
}

void cluster::await_ready(const std::string& name) {
  const auto* const words = name == proxy_name ? "proxy is ready on" : "is ready for clients on";
  if (!wait_.until(start_time, [&] { return !at(name).running->line_with(words).empty(); }))
    throw failure(name + " is not ready: " + last_line(log(name)));
}

void cluster::start(const std::string& name, const std::vector<std::string>& options,
                    bool supervised) {
  auto& one = members_[name];
  one.options = options;
  one.supervised = supervised;
  start_again(name);
}

void cluster::start_again(const std::string& name) {
  if (running(name))
    throw failure(name + " runs already");
  spawn(name);
  await_ready(name);
}

void cluster::await_ends(const std::vector<std::string>& names, bool clean) {
  std::map<std::string, std::unique_ptr<process>> ending;
  for (const auto& name : names)
    ending[name] = std::move(members_.at(name).running); // no longer tended: this end is asked for
  publish();
  for (const auto& [name, one] : ending) {
    if (!wait_.until(end_time, [&one = *one] { return one.end().has_value(); }))
      throw failure(name + " has not ended; its log ends with: " + last_line(one->log()));
    if (*one->end() != (clean ? 0 : -SIGKILL))
      throw failure(name + " was to end " + how_it_ended(clean ? 0 : -SIGKILL) + " and ended "
                    + how_it_ended(*one->end())
                    + "; its log ends with: " + last_line(one->log()));
    members_.at(name).frozen = false;
    members_.at(name).killed = !clean;
  }
}

void cluster::kill(const std::vector<std::string>& names) {
  for (const auto& name : names)
    require_running(name);
  for (const auto& name : names)
    members_.at(name).running->signal(SIGKILL);
  await_ends(names, false);
}

void cluster::stop(const std::vector<std::string>& names) {
  for (const auto& name : names)
    require_running(name).running->signal(SIGTERM);
  await_ends(names, true);
}

void cluster::freeze(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    auto& one = require_running(name);
    one.running->signal(SIGSTOP);
    one.frozen = true;
  }
  publish();
  for (const auto& name : names)
    if (!wait_.until(end_time, [&] { return state_of(at(name).running->pid()) == 'T'; }))
      throw failure(name + " does not freeze");
}

void cluster::thaw(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    auto& one = members_.at(name);
    if (!one.frozen)
      continue;
    one.frozen = false;
    one.running->signal(SIGCONT);
  }
  publish();
}

void cluster::wipe(const std::string& name) {
  if (running(name))
    throw failure(name + " runs: kill or stop it before its disk is wiped");
  std::filesystem::remove_all(directory_ / name);
}

void cluster::cut(const std::string& name, direction silent) {
  hosts_->cut(name, silent);
  members_.at(name).cut = true;
  publish();
}

void cluster::heal(const std::string& name) {
  if (!at(name).cut)
    return;
  hosts_->heal(name);
  members_.at(name).cut = false;
  publish();
}

void cluster::tend() {
  for (auto& [name, one] : members_) {
    if (!one.running || !one.running->end())
      continue;
    const auto end = *one.running->end();
    if (!one.supervised || end != -SIGKILL) {
      const auto log = one.running->log();
      one.running.reset();
      publish();
      throw failure(name + " ended " + how_it_ended(end)
                    + ", and nothing in the script asked for that; its log ends with: "
                    + last_line(log));
    }
    spawn(name);
  }
}

std::string cluster::log(const std::string& name) const {
  return at(name).running ? at(name).running->log() : std::string{};
}

void cluster::publish() {
  std::vector<node_place> all;
  for (const auto& [name, one] : members_)
    if (name != proxy_name && one.port != 0)
      all.push_back({name, one.port, hosts_ ? hosts_->descriptor(name) : -1,
                     one.running != nullptr && !one.frozen, one.cut});
  const std::lock_guard lock{mutex_};
  places_ = std::move(all);
}

std::vector<node_place> cluster::nodes() const {
  const std::lock_guard lock{mutex_};
  return places_;
}

std::optional<node_place> cluster::node(const std::string& name) const {
  for (const auto& one : nodes())
    if (one.name == name)
      return one;
  return std::nullopt;
}

} // namespace evenkeel::scenario
