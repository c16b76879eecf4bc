#include "persistence/log_syncer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace evenkeel::persistence {

namespace {

status failure(const char* what, const std::string& path, int error) {
  return {store_error::io, std::string("cannot ") + what + " " + path + ": "
                               + std::generic_category().message(error)};
}

} // namespace

/// Open from the beginning: so no error of the system that concerns it goes to somebody else.
class log_syncer::log {
public:
  log(std::string name, int descriptor) : path(std::move(name)), file(descriptor) {}
  log(const log&) = delete;
  log& operator=(const log&) = delete;
  ~log() {
    if (file >= 0)
      ::close(file);
  }

  const std::string path;
  const int file; ///< -1: not ours to sync
};

log_syncer::log_syncer(sync_function instead) : instead_(std::move(instead)) {}

status log_syncer::begun(const std::string& path) {
  int file = -1;
  if (!instead_) {
    file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0)
      return failure("open", path, errno);
  }
  auto fresh = std::make_shared<const log>(path, file);
  const std::scoped_lock lock{guard_};
  unsynced_.push_back(std::move(fresh));
  return {};
}

void log_syncer::removed(const std::string& path) {
  const std::scoped_lock lock{guard_};
  std::erase_if(unsynced_, [&](const auto& one) { return one->path == path; });
}

status log_syncer::sync() {
  std::vector<std::shared_ptr<const log>> wanted;
  {
    const std::scoped_lock lock{guard_};
    wanted = unsynced_;
  }
  for (const auto& one : wanted) {
    if (instead_) {
      if (auto synced = instead_(one->path); !synced.ok())
        return synced;
    } else if (::fdatasync(one->file) != 0) {
      return failure("fdatasync", one->path, errno);
    }
  }
  if (wanted.size() > 1) { // what stands before another one is not written any more
    wanted.pop_back();
    const std::scoped_lock lock{guard_};
    std::erase_if(unsynced_, [&](const auto& one) {
      return std::find(wanted.begin(), wanted.end(), one) != wanted.end();
    });
  }
  return {};
}

} // namespace evenkeel::persistence
