#include "persistence/log_syncer.hpp"

#include <utility>

namespace evenkeel::persistence {

log_syncer::log_syncer(log_opener open) : open_(std::move(open)) {}

std::shared_ptr<log_handle> log_syncer::begun(const std::string& path, status& how) {
  auto fresh = open_(path, how);
  const std::scoped_lock lock{guard_};
  if (fresh)
    open_logs_.push_back(fresh);
  return fresh;
}

void log_syncer::closed(const log_handle& log) {
  const std::scoped_lock lock{guard_};
  std::erase_if(open_logs_, [&](const auto& one) { return one.get() == &log; });
}

status log_syncer::sync() {
  const std::scoped_lock turn{turn_};
  std::vector<std::shared_ptr<log_handle>> wanted;
  {
    const std::scoped_lock lock{guard_};
    wanted = open_logs_;
  }
  for (const auto& one : wanted)
    if (failed_.ok())
      failed_ = one->sync();
  return failed_;
}

} // namespace evenkeel::persistence
