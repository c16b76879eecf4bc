#include "actors/descriptor_limit.hpp"

#include <sys/resource.h>

#include <limits>

namespace evenkeel {

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return std::numeric_limits<std::size_t>::max();
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit); // where that was refused, it is as it was
  return limit.rlim_cur;
}

} // namespace evenkeel
