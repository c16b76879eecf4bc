#include "persistence/directory_claim.hpp"

#include "persistence/data_directory.hpp"

#include <leveldb/env.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace evenkeel::persistence {

namespace {

status explain_failed_lock(const leveldb::Status& from, const std::string& path,
                           const std::string& file) {
  const auto name = "data directory " + path;
  const auto text = from.ToString();
  if (text.find("already held by process") != std::string::npos)
    return {store_error::in_use, name + " is already used by this process"};
  if (text.ends_with(": " + std::generic_category().message(EAGAIN))) {
    const auto holder = lock_holder(file);
    return {store_error::in_use, name + " is in use by another process"
                                     + (holder ? " (pid " + std::to_string(*holder) + ")" : "")};
  }
  return {names_disk_error(text) ? store_error::io : store_error::unusable,
          "cannot lock " + name + ": " + text};
}

/// What is no data directory of a node; empty: nothing.
std::string foreign_entry(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error))
    if (!fs::exists(entry.path() / "CURRENT", error))
      return entry.path().filename().string();
  return {};
}

} // namespace

directory_claim claim_directory(const std::string& path) {
  directory_claim claim;
  claim.state = make_data_directory(path);
  if (!claim.state.ok())
    return claim;
  auto* files = leveldb::Env::Default();
  if (files->FileExists(path + "/CURRENT")) {
    claim.state = {store_error::foreign,
                   path
                       + " is the data directory of a node or a proxy; a host needs one of its "
                         "own, in which each of its nodes has one"};
    return claim;
  }
  const auto file = path + "/.lock";
  if (const auto other = !files->FileExists(file) ? foreign_entry(path) : std::string{};
      !other.empty()) {
    claim.state = {store_error::foreign,
                   "data directory " + path + " holds something else: " + other};
    return claim;
  }
  leveldb::FileLock* lock = nullptr;
  if (const auto locked = files->LockFile(file, &lock); !locked.ok())
    claim.state = explain_failed_lock(locked, path, file);
  else
    claim.held =
        std::shared_ptr<const void>{lock, [files, lock](const void*) { files->UnlockFile(lock); }};
  return claim;
}

} // namespace evenkeel::persistence
