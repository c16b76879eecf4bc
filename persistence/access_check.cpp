#include "persistence/access_check.hpp"

#include "persistence/data_directory.hpp"
#include "persistence/log_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace evenkeel::persistence {

namespace {

/// 0, or what the system would say. A file that is not there is somebody else's business. Nothing
/// is opened: closing the lock file would drop a lock that this process has on it.
int denial(const std::string& path, int how) {
  const bool allowed = ::faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0;
  return allowed || errno == ENOENT ? 0 : errno;
}

status refused(const std::string& directory, const std::string& path, int error) {
  const auto text = "cannot open " + path + ": " + std::generic_category().message(error);
  return {names_disk_error(text) ? store_error::io : store_error::unusable,
          text + ": nothing is known about what is in data directory " + directory};
}

} // namespace

status check_access(const std::string& directory) {
  if (const auto error = denial(directory, R_OK | X_OK); error != 0)
    return refused(directory, directory, error);
  for (const auto& name : database_files(directory))
    if (const auto error = denial(path_in(directory, name), R_OK); error != 0)
      return refused(directory, path_in(directory, name), error);
  const auto lock = path_in(directory, "LOCK");
  const auto error = denial(lock, R_OK | W_OK);
  return error == 0 ? status{} : refused(directory, lock, error);
}

} // namespace evenkeel::persistence
