#include "actors/jobs/job_limits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace evenkeel::jobs {

namespace {

constexpr int shell_offset = 128; ///< a shell exits with so much more than its command's signal

constexpr std::array<limit_kind, 8> kinds{{
    {"as", RLIMIT_AS, limit_unit::bytes},
    {"core", RLIMIT_CORE, limit_unit::bytes},
    {"cpu", RLIMIT_CPU, limit_unit::seconds},
    {"data", RLIMIT_DATA, limit_unit::bytes},
    {"fsize", RLIMIT_FSIZE, limit_unit::bytes},
    {"nofile", RLIMIT_NOFILE, limit_unit::count},
    {"nproc", RLIMIT_NPROC, limit_unit::count},
    {"stack", RLIMIT_STACK, limit_unit::bytes},
}};

bool was_hit_by(const command_end& end, int signal) {
  return end.signal == signal || (end.signal == 0 && end.exit_code == shell_offset + signal);
}

const job_limit* find(std::span<const job_limit> limits, int resource) {
  const auto found =
      std::ranges::find(limits, resource, [](const job_limit& one) { return one.kind->resource; });
  return found == limits.end() ? nullptr : &*found;
}

} // namespace

std::span<const limit_kind> limit_kinds() {
  return kinds;
}

std::string limit_that_ended(const command_end& end, std::span<const job_limit> limits) {
  if (end.stopped)
    return {};
  if (const auto* cpu = find(limits, RLIMIT_CPU); cpu != nullptr) {
    // SIGKILL comes to those that do not end on SIGXCPU.
    const bool overdue = was_hit_by(end, SIGKILL) && end.cpu_ms >= 1000 * cpu->value;
    if (was_hit_by(end, SIGXCPU) || overdue)
      return "used more CPU time than this node allows: " + std::to_string(cpu->value) + " s";
  }
  if (const auto* size = find(limits, RLIMIT_FSIZE); size != nullptr && was_hit_by(end, SIGXFSZ))
    return "wrote a larger file than this node allows: " + std::to_string(size->value) + " bytes";
  return {};
}

} // namespace evenkeel::jobs
