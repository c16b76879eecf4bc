#include "actors/jobs/orphans.hpp"

#include "actors/jobs/descriptor.hpp"
#include "actors/jobs/pidfd.hpp"

#include <dirent.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <iterator>
#include <memory>
#include <set>
#include <span>
#include <thread>
#include <unordered_map>

namespace evenkeel::jobs {

namespace {

using clock = std::chrono::steady_clock;
using process_table = std::unordered_map<pid_t, process_stat>;

constexpr std::size_t shown_command_size = 200;
constexpr std::size_t most_at_once = 128; // pidfds held at a time

std::string proc_path(pid_t pid, const char* file) {
  return "/proc/" + std::to_string(pid) + "/" + file;
}

process_table read_process_table() {
  process_table table;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc"), ::closedir);
  while (const auto* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size())
      continue;
    if (const auto stat = read_process_stat(pid))
      table.emplace(pid, *stat);
  }
  return table;
}

/// This process first, then parents upwards.
std::vector<pid_t> line_of(pid_t pid, const process_table& table) {
  std::vector<pid_t> line;
  for (auto at = table.find(pid); at != table.end(); at = table.find(at->second.parent)) {
    // A table read while pids change hands may hold a circle.
    if (std::ranges::find(line, at->first) != line.end())
      break;
    line.push_back(at->first);
  }
  return line;
}

/// `entry` is `NAME=value`; the environment is a sequence of such texts, each ended by a NUL.
bool holds(std::string_view environment, std::string_view entry) {
  while (!environment.empty()) {
    const auto end = std::min(environment.find('\0'), environment.size());
    if (environment.substr(0, end) == entry)
      return true;
    environment.remove_prefix(std::min(end + 1, environment.size()));
  }
  return false;
}

std::string command_of(pid_t pid) {
  auto text = read_proc_file(proc_path(pid, "cmdline")).value_or("");
  text.resize(std::min(text.size(), shown_command_size));
  while (!text.empty() && text.back() == '\0')
    text.pop_back();
  std::ranges::replace(text, '\0', ' ');
  return text;
}

/// In the middle of an exec a process has neither arguments nor environment. That is soon over, and
/// it has the environment again. One that has arguments only may have begun the next.
std::string environment_of(pid_t pid, const process_stat& stat) {
  constexpr auto pause = std::chrono::milliseconds(1);
  constexpr auto longest = std::chrono::seconds(1); // its program may have to come from a slow disk
  int without = 20;                                 // looks at arguments without environment
  for (const auto until = clock::now() + longest; without > 0 && clock::now() < until;) {
    const auto environment = read_proc_file(proc_path(pid, "environ"));
    if (!environment || !environment->empty() || stat.of_kernel)
      return environment.value_or("");
    const auto now = read_process_stat(pid);
    if (!now || now->state == 'Z' || now->start_ticks != stat.start_ticks)
      return {};
    if (read_proc_file(proc_path(pid, "cmdline")).value_or("").empty())
      std::this_thread::sleep_for(pause);
    else
      --without;
  }
  return {};
}

bool is_same_process(pid_t pid, std::uint64_t start_ticks) {
  const auto stat = read_process_stat(pid);
  return stat && stat->start_ticks == start_ticks;
}

struct target {
  const orphan* who;
  descriptor process; ///< pidfd
};

/// True once the process is dead, reaped or not.
bool wait_until_gone(const descriptor& process, clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
    pollfd waiting{process.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready > 0)
      return true;
    if (ready == 0 || errno != EINTR)
      return false;
  }
}

/// A pidfd of exactly this process; not valid where it is dead. The start time is read after the
/// pidfd was opened: the process that the caller saw had this pid before, and if it has it still,
/// it had it in between.
descriptor open_exactly(const process_identity& identity) {
  if (identity.boot_id != current_boot_id() || identity.pid <= 0)
    return {};
  auto process = open_pidfd(identity.pid);
  if (!process.valid() || !is_same_process(identity.pid, identity.start_ticks)
      || wait_until_gone(process, clock::now()))
    return {};
  return process;
}

/// Signals all of the group of processes first, then waits for all.
void end_some(std::span<const orphan> processes, clock::time_point until, orphan_sweep& sweep) {
  std::vector<target> targets;
  for (const auto& who : processes) {
    auto process = open_exactly(who.identity);
    if (!process.valid())
      continue;
    if (signal_pidfd(process, SIGKILL))
      targets.push_back({&who, std::move(process)});
    else if (errno != ESRCH)
      sweep.remaining.push_back(who);
  }
  for (const auto& [who, process] : targets)
    (wait_until_gone(process, until) ? sweep.ended : sweep.remaining).push_back(*who);
}

orphan_sweep end_until(const std::vector<orphan>& processes, clock::time_point until) {
  orphan_sweep sweep;
  for (std::span<const orphan> rest = processes; !rest.empty();) {
    const auto count = std::min(rest.size(), most_at_once);
    end_some(rest.first(count), until, sweep);
    rest = rest.subspan(count);
  }
  return sweep;
}

} // namespace

std::vector<orphan> find_orphans(const std::string& ledger_id_text,
                                 const std::vector<pid_t>& live_owners) {
  const auto table = read_process_table();
  const auto entry = std::string(ledger_variable) + '=' + ledger_id_text;
  const auto own_line = line_of(::getpid(), table);
  std::set<pid_t> owners(live_owners.begin(), live_owners.end());
  owners.insert(::getpid());
  std::vector<orphan> found;
  for (const auto& [pid, stat] : table) {
    if (stat.state == 'Z' || std::ranges::find(own_line, pid) != own_line.end())
      continue;
    const auto line = line_of(pid, table);
    if (std::ranges::any_of(line, [&owners](pid_t member) { return owners.contains(member); }))
      continue;
    if (!holds(environment_of(pid, stat), entry))
      continue;
    orphan one{{current_boot_id(), pid, stat.start_ticks}, command_of(pid)};
    if (is_same_process(pid, stat.start_ticks)) // else what was read is another process's
      found.push_back(std::move(one));
  }
  std::ranges::sort(found, {}, [](const orphan& one) { return one.identity.pid; });
  return found;
}

orphan_sweep end_processes(const std::vector<orphan>& processes,
                           std::chrono::milliseconds patience) {
  return end_until(processes, clock::now() + patience);
}

orphan_sweep end_orphans(const std::string& ledger_id_text, std::chrono::milliseconds patience,
                         const std::vector<pid_t>& live_owners) {
  const auto until = clock::now() + patience;
  orphan_sweep total;
  for (;;) {
    const auto found = find_orphans(ledger_id_text, live_owners);
    auto round = end_until(found, until);
    std::ranges::move(round.ended, std::back_inserter(total.ended));
    total.remaining = std::move(round.remaining);
    const bool nothing_changed = found.empty() || found.size() == total.remaining.size();
    if (nothing_changed || clock::now() >= until)
      return total;
  }
}

} // namespace evenkeel::jobs
