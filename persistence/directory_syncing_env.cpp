#include "persistence/directory_syncing_env.hpp"

#include <filesystem>
#include <utility>

namespace evenkeel::persistence {

directory_syncing_env::directory_syncing_env(leveldb::Env* target, sync_function sync_directory)
    : EnvWrapper(target), sync_directory_(std::move(sync_directory)) {}

/// Tables need none: LevelDB syncs the MANIFEST that names them, and the directory with it.
leveldb::Status directory_syncing_env::NewWritableFile(const std::string& name,
                                                       leveldb::WritableFile** file) {
  auto result = target()->NewWritableFile(name, file);
  if (!result.ok() || !name.ends_with(".log"))
    return result;
  result = sync_parent(name);
  if (!result.ok()) {
    delete *file; // LevelDB's interface: owned by whoever asked for it, who gets none
    *file = nullptr;
  }
  return result;
}

leveldb::Status directory_syncing_env::RenameFile(const std::string& from, const std::string& to) {
  const auto result = target()->RenameFile(from, to);
  return result.ok() && to.ends_with("/CURRENT") ? sync_parent(to) : result;
}

leveldb::Status directory_syncing_env::sync_parent(const std::string& name) {
  const auto synced = sync_directory_(std::filesystem::path(name).parent_path().string());
  return synced.ok() ? leveldb::Status::OK() : leveldb::Status::IOError(synced.text);
}

} // namespace evenkeel::persistence
