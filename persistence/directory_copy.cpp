#include "persistence/directory_copy.hpp"

#include "persistence/data_directory.hpp"
#include "persistence/log_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace evenkeel::persistence {

namespace {

namespace fs = std::filesystem;

constexpr int most_copies = 100;

/// An empty directory that was not there before; empty when there can be none.
std::string new_directory_beside(const std::string& directory) {
  std::error_code unknown;
  const auto path = fs::canonical(directory, unknown).string(); // "." has nothing beside it
  if (unknown || path == "/")
    return {};
  for (int i = 1; i <= most_copies; ++i) {
    auto name = path + ".before-repair" + (i == 1 ? "" : "-" + std::to_string(i));
    std::error_code error;
    if (!fs::exists(name, error) && make_data_directory(name).ok())
      return name;
  }
  return {};
}

std::error_code sync_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const std::error_code error{errno, std::generic_category()};
  if (file >= 0)
    ::close(file);
  return synced ? std::error_code{} : error;
}

std::error_code copy_one(const std::string& from, const std::string& to, bool may_link) {
  std::error_code error;
  if (!fs::is_regular_file(from, error))
    return {}; // what stands where a file should be is not part of the database
  if (may_link) {
    fs::create_hard_link(from, to, error);
    if (!error)
      return error;
  }
  fs::copy_file(from, to, error);
  return error ? error : sync_file(to);
}

status failed(const std::string& name, const std::string& from, const std::string& to,
              const std::error_code& error) {
  return {store_error::io, "cannot copy " + name + " from " + from + " to " + to + ": "
                               + error.message() + ": nothing was changed"};
}

} // namespace

status copy_database(const std::string& directory, std::string& copy) {
  copy = new_directory_beside(directory);
  if (copy.empty())
    return {store_error::unusable, "cannot make a directory beside " + directory
                                       + " for a copy of it: nothing was changed"};
  for (const auto& name : database_files(directory)) {
    const auto error = copy_one(path_in(directory, name), path_in(copy, name), is_table(name));
    if (!error)
      continue;
    std::error_code ignored;
    fs::remove_all(copy, ignored);
    return failed(name, directory, copy, error);
  }
  return sync_directory(copy);
}

} // namespace evenkeel::persistence
