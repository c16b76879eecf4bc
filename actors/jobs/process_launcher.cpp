#include "actors/jobs/process_launcher.hpp"

#include <csignal>

namespace evenkeel::jobs {

namespace {

/// A thread that takes no signals but those of its own faults: the others are for the threads that
/// expect them.
template <class Function>
std::thread quiet_thread(Function function) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
    ::sigdelset(&all, fault);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  struct restore {
    const sigset_t& mask;
    ~restore() { ::pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
  } const restored{before};
  return std::thread(std::move(function));
}

} // namespace

process_launcher::process_launcher(event_sink sink, launcher_settings settings,
                                   command_queue* successors)
    : stop_grace_(settings.stop_grace), inbox_(settings.max_queued),
      spawner_(std::move(settings.confinement)),
      loop_(inbox_, spawner_, successors, std::move(sink), settings.close_wait),
      thread_(quiet_thread([this] { loop_.run(); })) {}

process_launcher::~process_launcher() {
  inbox_.close();
  thread_.join();
}

start_result process_launcher::start(command_request request) {
  return inbox_.offer(std::move(request));
}

void process_launcher::stop(std::uint64_t token) {
  stop(token, stop_grace_);
}

void process_launcher::stop(std::uint64_t token, grace_time grace) {
  inbox_.stop(token, grace);
}

void process_launcher::stop_all() {
  stop_all(stop_grace_);
}

void process_launcher::stop_all(grace_time grace) {
  inbox_.stop_all(grace);
}

std::size_t process_launcher::unfinished() const {
  return inbox_.tokens_in_use();
}

} // namespace evenkeel::jobs
