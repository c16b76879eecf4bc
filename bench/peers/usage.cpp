#include "bench/peers/usage.hpp"

#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>

namespace evenkeel::bench {

memory_use memory_of(pid_t pid) {
  constexpr std::uint64_t kib = 1024;
  const auto name = "/proc/" + std::to_string(pid) + "/smaps_rollup";
  std::ifstream file{name};
  memory_use found;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Pss:"))
      found.all = std::stoull(line.substr(line.find(':') + 1)) * kib;
    if (line.starts_with("Pss_Anon:"))
      found.anonymous = std::stoull(line.substr(line.find(':') + 1)) * kib;
  }
  if (found.all == 0)
    throw std::runtime_error("no memory use can be read in " + name);
  return found;
}

std::chrono::nanoseconds cpu_time_of(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
    throw std::runtime_error("no CPU time of process " + std::to_string(pid));
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace evenkeel::bench
