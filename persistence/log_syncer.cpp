#include "persistence/log_syncer.hpp"

#include <utility>

namespace evenkeel::persistence {

log_syncer::log_syncer(log_opener open) : open_(open ? std::move(open) : open_log_handle) {}

std::shared_ptr<log_handle> log_syncer::begun(const std::string& path, status& how) {
  auto fresh = open_(path, how);
  const std::scoped_lock lock{guard_};
  if (fresh)
    unfinished_.push_back(fresh);
  return fresh;
}

void log_syncer::finished(const log_handle& log, const status& how) {
  const std::scoped_lock lock{guard_};
  std::erase_if(unfinished_, [&](const auto& one) { return one.get() == &log; });
  if (!how.ok())
    failed_ = how;
}

status log_syncer::sync() {
  std::vector<std::shared_ptr<log_handle>> wanted;
  {
    const std::scoped_lock lock{guard_};
    wanted = unfinished_;
  }
  for (const auto& one : wanted)
    if (auto synced = one->sync(); !synced.ok())
      return synced;
  const std::scoped_lock lock{guard_};
  return failed_;
}

} // namespace evenkeel::persistence
