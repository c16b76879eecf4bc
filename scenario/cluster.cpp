#include "scenario/cluster.hpp"

#include "scenario/environment.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <utility>

namespace evenkeel::scenario {

namespace {

constexpr milliseconds start_time{60'000};
constexpr milliseconds end_time{60'000};
constexpr milliseconds order_time{30'000};

std::string how_it_ended(int end) {
  return end < 0 ? "by signal " + std::to_string(-end) : "with exit " + std::to_string(end);
}

std::string last_line(std::string text) {
  while (text.ends_with('\n'))
    text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

/// Those of the options that name certificates.
std::vector<std::string> tls_words(const std::vector<std::string>& options) {
  std::vector<std::string> words;
  for (auto one = options.begin(); one != options.end(); ++one) {
    if (!one->starts_with("--tls-"))
      continue;
    words.push_back(*one);
    if (one->find('=') == std::string::npos && one + 1 != options.end())
      words.push_back(*(one + 1));
  }
  return words;
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
  if (const auto one = spawned_.find(name); one != spawned_.end())
    return one->second.wanted && running(one->second.host);
  return at(name).running != nullptr;
}

bool cluster::left_dead(const std::string& name) const {
  if (const auto one = spawned_.find(name); one != spawned_.end())
    return left_dead(one->second.host);
  return !running(name) && at(name).killed;
}

bool cluster::all_running() const {
  const auto runs = [this](const auto& one) { return running(one.first); };
  return std::all_of(members_.begin(), members_.end(), runs)
         && std::all_of(spawned_.begin(), spawned_.end(), runs);
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

/// Its machine and its port, once for all its lives.
void cluster::give_place(const std::string& name) {
  if (hosts_ && !hosts_->has(name))
    hosts_->add(name);
  if (auto& one = members_[name]; one.port == 0)
    one.port = ports_.take();
}

launch cluster::how_to_start(const std::string& name) {
  const std::string proxy{proxy_name};
  give_place(proxy);
  give_place(name);
  const auto& one = at(name);
  launch how;
  how.command = command_line(one.kind, name,
                             {address(name), one.port, address(proxy), at(proxy).port,
                              (directory_ / name).string(), hosts_ != nullptr, 0},
                             one.options);
  how.command.insert(how.command.begin(), binary_);
  how.environment = environment_for(directory_);
  how.directory = directory_;
  how.log = directory_ / (name + ".log");
  return how;
}

void cluster::launch_again(const std::string& name) {
  const auto how = how_to_start(name);
  const in_host scope{hosts_ ? hosts_->descriptor(name) : -1};
  auto& one = members_.at(name);
  one.running = std::make_unique<process>(how);
  one.frozen = false;
  one.killed = false;
  publish();
}

void cluster::await_ready(const std::string& name) {
  std::string words = "is ready for clients on";
  if (const auto kind = at(name).kind; kind != member_kind::node)
    words = (kind == member_kind::proxy ? "proxy" : "host") + std::string(" is ready on");
  if (!wait_.until(start_time, [&] { return !at(name).running->line_with(words).empty(); }))
    throw failure(name + " is not ready: " + last_line(log(name)));
}

void cluster::start(member_kind kind, const std::string& name,
                    const std::vector<std::string>& options, bool supervised) {
  auto& one = members_[name];
  one.kind = kind;
  one.options = options;
  one.supervised = supervised;
  start_again(name);
}

void cluster::start_again(const std::string& name) {
  if (running(name))
    throw failure(name + " runs already");
  launch_again(name);
  await_ready(name);
}

launch_place cluster::place_of(const std::string& spawned) const {
  const std::string proxy{proxy_name};
  const auto& one = spawned_.at(spawned);
  return {address(one.host),    one.port,          address(proxy), at(proxy).port, {},
          hosts_ != nullptr, at(one.host).port};
}

launch cluster::how_to_ask(std::vector<std::string> command) const {
  launch how;
  how.command = std::move(command);
  how.command.insert(how.command.begin(), binary_);
  for (const auto& word : tls_words(at(std::string(proxy_name)).options))
    how.command.push_back(word);
  how.environment = environment_for(directory_);
  how.directory = directory_;
  how.log = directory_ / "orders.log";
  return how;
}

std::string cluster::ask_proxy(std::vector<std::string> command) {
  const auto how = how_to_ask(std::move(command));
  const in_host scope{hosts_ ? hosts_->descriptor(std::string(proxy_name)) : -1};
  process asking{how};
  if (!wait_.until(order_time, [&] { return asking.end().has_value(); }))
    throw failure("\"evenkeel " + how.command.at(1) + "\" has not ended");
  return *asking.end() == 0 ? "" : last_line(asking.log());
}

void cluster::spawn(const std::string& name, const std::string& host,
                    const std::vector<std::string>& options) {
  auto& one = spawned_[name];
  one.host = host;
  if (one.port == 0)
    one.port = ports_.take();
  const auto ready = "node '" + name + "' is ready for clients on";
  require_running(host);
  const auto before = at(host).running->count_of(ready);
  std::string trouble;
  const auto command = command_line(member_kind::spawned, name, place_of(name), options);
  if (!wait_.until(start_time, [&] {
        trouble = ask_proxy(command);
        return trouble.find("is being despawned") == std::string::npos;
      })
      || !trouble.empty())
    throw failure(name + " is not spawned: " + trouble);
  if (!wait_.until(start_time, [&] { return at(host).running->count_of(ready) > before; }))
    throw failure(name + " is not ready: " + last_line(log(host)));
  one.wanted = true;
  publish();
}

void cluster::despawn(const std::string& name) {
  spawned_.at(name).wanted = false;
  publish();
  if (const auto trouble = ask_proxy(despawn_command_line(name, place_of(name))); !trouble.empty())
    throw failure(name + " is not despawned: " + trouble);
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
    launch_again(name);
  }
}

std::string cluster::log(const std::string& name) const {
  return at(name).running ? at(name).running->log() : std::string{};
}

void cluster::publish() {
  std::vector<node_place> all;
  const auto add = [&](const std::string& name, std::uint16_t port, const std::string& process,
                       bool wanted) {
    const auto& one = at(process);
    all.push_back({name, port, hosts_ ? hosts_->descriptor(process) : -1,
                   wanted && one.running != nullptr && !one.frozen, one.cut});
  };
  for (const auto& [name, one] : members_)
    if (one.kind == member_kind::node && one.port != 0)
      add(name, one.port, name, true);
  for (const auto& [name, one] : spawned_)
    add(name, one.port, one.host, one.wanted);
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
