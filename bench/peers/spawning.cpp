#include "bench/peers/spawning.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace evenkeel::bench {

namespace {

bool run_true() {
  char program[] = "/bin/true";
  char* command[] = {program, nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, program, nullptr, nullptr, command, environ) != 0)
    return false;
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0;
}

} // namespace

double spawn_rate(std::uint64_t count, std::size_t at_a_time) {
  std::atomic<std::uint64_t> begun{0};
  std::atomic<bool> failed{false};
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < at_a_time; ++i)
      threads.emplace_back([&] {
        while (!failed && begun++ < count)
          if (!run_true())
            failed = true;
      });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (failed)
    throw std::runtime_error("/bin/true cannot be run");
  return static_cast<double>(count) / took.count();
}

} // namespace evenkeel::bench
