#include "persistence/data_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace evenkeel::persistence {

namespace {

/// A disk that is full or fails; all else is for the operator to set right.
constexpr std::array disk_errors{ENOSPC, EDQUOT, EIO};

status failure(const std::string& what, const std::string& path, int error) {
  const bool disk = std::find(disk_errors.begin(), disk_errors.end(), error) != disk_errors.end();
  return {disk ? store_error::io : store_error::unusable,
          "cannot " + what + " data directory " + path + ": "
              + std::generic_category().message(error)};
}

/// Of "a/b" and of "a/b/" it is "a"; of "a" it is ".".
std::string parent_of(const std::string& path) {
  auto without_slash = std::filesystem::path(path);
  if (!without_slash.has_filename())
    without_slash = without_slash.parent_path();
  const auto parent = without_slash.parent_path();
  return parent.empty() ? "." : parent.string();
}

status check_usable(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return failure("use", path, errno);
  if (!S_ISDIR(found.st_mode))
    return failure("use", path, ENOTDIR);
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
    return failure("use", path, errno);
  return {};
}

/// Makes only the last part of `path`; returns 0 or what the system said.
int make_one(const std::string& path) {
  constexpr mode_t only_us = 0700;
  return ::mkdir(path.c_str(), only_us) == 0 ? 0 : errno;
}

} // namespace

status make_data_directory(const std::string& path) {
  if (path.empty())
    return failure("create", "\"\"", ENOENT);
  const auto parent = parent_of(path);
  auto error = make_one(path);
  if (error == ENOENT && parent.size() < path.size()) {
    if (auto made = make_data_directory(parent); !made.ok())
      return made;
    error = make_one(path);
  }
  if (error == EEXIST)
    return check_usable(path);
  if (error != 0)
    return failure("create", path, error);
  if (auto synced = sync_directory(path); !synced.ok())
    return synced;
  return sync_directory(parent);
}

status sync_directory(const std::string& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0)
    return failure("open", path, errno);
  const bool synced = ::fsync(directory) == 0;
  const auto error = errno;
  ::close(directory);
  return synced ? status{} : failure("fsync", path, error);
}

bool names_disk_error(std::string_view text) {
  return std::any_of(disk_errors.begin(), disk_errors.end(), [text](int error) {
    return text.ends_with(": " + std::generic_category().message(error));
  });
}

std::optional<pid_t> lock_holder(const std::string& lock_file) {
  const int file = ::open(lock_file.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0)
    return std::nullopt;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool answered = ::fcntl(file, F_GETLK, &lock) == 0;
  ::close(file);
  if (!answered || lock.l_type == F_UNLCK || lock.l_pid <= 0)
    return std::nullopt;
  return lock.l_pid;
}

std::uint64_t free_bytes_at(const std::string& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0)
    return 0;
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

} // namespace evenkeel::persistence
