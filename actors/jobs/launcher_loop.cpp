#include "actors/jobs/launcher_loop.hpp"

#include "actors/jobs/pidfd.hpp"
#include "actors/jobs/process_identity.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace evenkeel::jobs {

namespace {

constexpr std::size_t read_size = 65'536;
constexpr std::size_t starts_per_turn = 16; // then running commands get their turn
constexpr unsigned source_bits = 2;
constexpr std::uint64_t source_mask = 3;

command_end end_of(std::uint64_t token, pid_t pid, bool stopped) {
  command_end end;
  end.token = token;
  end.pid = pid;
  end.stopped = stopped;
  return end;
}

std::uint64_t ms_of(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1000
         + static_cast<std::uint64_t>(time.tv_usec) / 1000;
}

/// Blocks for no longer than it takes a dead (or killed) process to become reapable.
void reap(int process, command_end& end) {
  siginfo_t info{};
  rusage used{};
  long result = 0;
  do { // the C library's waitid does not ask for what it used
    result = ::syscall(SYS_waitid, P_PIDFD, process, &info, WEXITED, &used);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    end.exit_code = 126;
    end.error = "cannot learn how it ended: " + std::generic_category().message(errno);
  } else if (info.si_code == CLD_EXITED) {
    end.exit_code = info.si_status;
  } else {
    end.signal = info.si_status;
  }
  end.cpu_ms = ms_of(used.ru_utime) + ms_of(used.ru_stime);
}

} // namespace

launcher_loop::launcher_loop(command_inbox& inbox, command_spawner& spawner,
                             command_queue* successors, event_sink sink, grace_time close_wait)
    : inbox_(inbox), spawner_(spawner), successors_(successors), sink_(std::move(sink)),
      close_wait_(close_wait), epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(read_size) {
  if (!epoll_.valid() || !watch(inbox_.wake_number(), 0, source::inbox))
    throw std::system_error(errno, std::generic_category(), "epoll");
}

void launcher_loop::run() {
  std::array<epoll_event, 64> events{};
  while (!give_up_at_ || !running_.empty()) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_ms());
    for (int i = 0; i < count; ++i)
      on_ready(events[static_cast<std::size_t>(i)].data.u64);
    kill_overdue();
    if (give_up_at_ && clock::now() >= *give_up_at_)
      abandon_all();
  }
}

int launcher_loop::wait_ms() const {
  auto next = give_up_at_;
  if (!deadlines_.empty())
    next = std::min(next.value_or(deadlines_.begin()->first), deadlines_.begin()->first);
  if (!next)
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - clock::now()).count();
  constexpr decltype(left) longest = 3'600'000; // then it looks again
  return static_cast<int>(std::clamp(left, decltype(left){0}, longest));
}

bool launcher_loop::watch(int number, serial id, source what) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = (id << source_bits) | static_cast<std::uint64_t>(what);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, number, &event) == 0;
}

bool launcher_loop::watch_all(serial id, const running_command& command) {
  return watch(command.process.get(), id, source::process)
         && watch(command.out.number(), id, source::out)
         && watch(command.err.number(), id, source::err);
}

/// Closing alone would not do: a process being made just now may hold a copy.
void launcher_loop::unwatch(int number) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, number, nullptr);
}

void launcher_loop::on_ready(std::uint64_t tag) {
  const auto what = static_cast<source>(tag & source_mask);
  if (what == source::inbox)
    return take_orders();
  const auto at = running_.find(tag >> source_bits);
  if (at == running_.end()) // ended earlier in this turn
    return;
  if (what == source::process)
    on_process_dead(at);
  else
    read_output(at, what == source::out ? at->second.out : at->second.err);
}

void launcher_loop::take_orders() {
  auto batch = inbox_.take(starts_per_turn);
  if (batch.stop_all)
    stop_every_one(*batch.stop_all);
  for (const auto& order : batch.stops) {
    if (const auto found = serial_of_.find(order.token); found != serial_of_.end())
      begin_stop(running_.find(found->second), order.grace);
  }
  for (const auto token : batch.cancelled) {
    auto end = end_of(token, 0, true);
    end.exit_code = 126;
    end.error = "stopped before it was started";
    report(std::move(end));
  }
  for (const auto& request : batch.starts)
    start(request);
  if (batch.closing && !give_up_at_) {
    give_up_at_ = clock::now() + close_wait_;
    stop_every_one(grace_time{0});
  }
}

void launcher_loop::start(const command_request& request) {
  auto outcome = spawner_.spawn(request);
  if (auto* failure = std::get_if<spawn_failure>(&outcome))
    return refuse(request.token, std::move(*failure));
  auto& made = std::get<spawned_command>(outcome);
  const auto stat = read_process_stat(made.pid);
  running_command command;
  command.token = request.token;
  command.pid = made.pid;
  command.process = std::move(made.process);
  command.out = output_capture(std::move(made.out), request.capture_limit);
  command.err = output_capture(std::move(made.err), request.capture_limit);
  const auto id = ++last_serial_;
  const auto at = running_.emplace(id, std::move(command)).first;
  serial_of_.emplace(request.token, id);
  sink_(command_started{request.token, made.pid, stat ? stat->start_ticks : 0});
  if (!watch_all(id, at->second)) {
    auto error = "ended at once: cannot watch it: " + std::generic_category().message(errno);
    signal_group(at->second, SIGKILL);
    finish(at, std::move(error));
  }
}

void launcher_loop::refuse(std::uint64_t token, spawn_failure failure) {
  auto end = end_of(token, 0, false);
  end.exit_code = failure.exit_code;
  end.could_not_start = failure.retryable && !failure.ran;
  end.signal = failure.ran ? SIGKILL : 0;
  end.error = std::move(failure.error);
  report(std::move(end));
}

void launcher_loop::stop_every_one(grace_time grace) {
  std::vector<serial> ids;
  ids.reserve(running_.size());
  for (const auto& [id, command] : running_)
    ids.push_back(id);
  for (const auto id : ids)
    begin_stop(running_.find(id), grace);
}

void launcher_loop::begin_stop(running_map::iterator at, grace_time grace) {
  auto& [id, command] = *at;
  const bool first = !std::exchange(command.stopped, true);
  if (grace <= grace_time{0})
    return kill_now(at);
  if (first) {
    signal_group(command, SIGTERM);
    signal_group(command, SIGCONT); // else one that was suspended would not see it
  } else if (!command.kill_at) {
    return; // SIGKILL is under way
  }
  const auto kill_at = clock::now() + grace;
  if (command.kill_at && *command.kill_at <= kill_at)
    return;
  if (command.kill_at)
    deadlines_.erase({*command.kill_at, id});
  command.kill_at = kill_at;
  deadlines_.emplace(kill_at, id);
}

void launcher_loop::signal_group(const running_command& command, int signal) {
  const bool reached = ::kill(-command.pid, signal) == 0;
  // It may have moved to another group of its session.
  if (!reached || signal == SIGKILL)
    signal_pidfd(command.process, signal);
}

void launcher_loop::kill_now(running_map::iterator at) {
  auto& [id, command] = *at;
  if (command.kill_at) {
    deadlines_.erase({*command.kill_at, id});
    command.kill_at.reset();
  }
  if (command.dead)
    return finish(at);
  signal_group(command, SIGKILL);
}

void launcher_loop::kill_overdue() {
  while (!deadlines_.empty() && deadlines_.begin()->first <= clock::now())
    kill_now(running_.find(deadlines_.begin()->second));
}

void launcher_loop::read_output(running_map::iterator at, output_capture& capture) {
  if (!capture.is_open() || capture.read_some(buffer_))
    return;
  unwatch(capture.number());
  capture.close();
  const auto& command = at->second;
  if (command.dead && !command.out.is_open() && !command.err.is_open())
    finish(at);
}

void launcher_loop::on_process_dead(running_map::iterator at) {
  auto& command = at->second;
  const bool in_grace = command.kill_at.has_value();
  if (!in_grace || (!command.out.is_open() && !command.err.is_open()))
    return finish(at);
  command.dead = true;
  unwatch(command.process.get());
}

void launcher_loop::finish(running_map::iterator at, std::string error) {
  const auto id = at->first;
  auto command = std::move(at->second);
  for (auto* capture : {&command.out, &command.err}) {
    if (!capture->is_open())
      continue;
    capture->read_pending(buffer_);
    unwatch(capture->number());
    capture->close();
  }
  signal_group(command, SIGKILL);
  auto end = end_of(command.token, command.pid, command.stopped);
  reap(command.process.get(), end);
  unwatch(command.process.get());
  command.process.reset();
  if (command.kill_at)
    deadlines_.erase({*command.kill_at, id});
  serial_of_.erase(command.token);
  running_.erase(at);
  end.out = command.out.take_text();
  end.err = command.err.take_text();
  end.out_truncated = command.out.truncated();
  end.err_truncated = command.err.truncated();
  end.limit = limit_that_ended(end, spawner_.confinement().limits);
  if (!error.empty())
    end.error = std::move(error);
  const auto next = take_successor();
  end.successor = next ? next->token : 0;
  report(std::move(end));
  if (next)
    start(*next);
}

std::optional<command_request> launcher_loop::take_successor() {
  if (successors_ == nullptr || give_up_at_)
    return std::nullopt;
  return successors_->take([this](std::uint64_t token) { inbox_.adopt(token); });
}

/// Those that not even SIGKILL has ended in time: they hang in the kernel, on a dead file system
/// for instance.
void launcher_loop::abandon_all() {
  const auto left = std::exchange(running_, {});
  for (const auto& [id, command] : left) {
    auto end = end_of(command.token, command.pid, true);
    end.signal = SIGKILL;
    end.error = "did not end on SIGKILL";
    report(std::move(end));
  }
}

void launcher_loop::report(command_end end) {
  inbox_.release(end.token);
  sink_(std::move(end));
}

} // namespace evenkeel::jobs
