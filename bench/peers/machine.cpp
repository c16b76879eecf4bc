#include "bench/peers/machine.hpp"

#include <fmt/format.h>

#include <linux/magic.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <cstdlib>
#include <fstream>

namespace evenkeel::bench {

namespace {

std::string processor() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "of unknown model";
}

auto file_system_of(const std::filesystem::path& directory) {
  struct statfs found {};
  statfs(directory.c_str(), &found);
  return found.f_type;
}

std::string file_system_name(const std::filesystem::path& directory) {
  switch (const auto type = file_system_of(directory)) {
  case EXT4_SUPER_MAGIC:
    return "ext4";
  case XFS_SUPER_MAGIC:
    return "xfs";
  case BTRFS_SUPER_MAGIC:
    return "btrfs";
  case OVERLAYFS_SUPER_MAGIC:
    return "overlayfs";
  case TMPFS_MAGIC:
    return "tmpfs (in memory: nothing is ever flushed)";
  default:
    return fmt::format("file system {:#x}", type);
  }
}

} // namespace

bool is_in_memory(const std::filesystem::path& directory) {
  return file_system_of(directory) == TMPFS_MAGIC;
}

std::string machine_in_words(const std::filesystem::path& directory) {
  struct sysinfo memory {};
  sysinfo(&memory);
  utsname system{};
  uname(&system);
  return fmt::format("{} processors ({}), {} GiB of memory, {} {}, {}", get_nprocs(), processor(),
                     (memory.totalram * memory.mem_unit) >> 30U, system.sysname, system.release,
                     file_system_name(directory));
}

std::string load_in_words() {
  double minute = 0;
  if (getloadavg(&minute, 1) != 1)
    return "load average unknown";
  return fmt::format("load average {:.1f}", minute);
}

} // namespace evenkeel::bench
