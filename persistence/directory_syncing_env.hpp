// LevelDB's file system, made to keep names as well: LevelDB fsyncs its directory only together
// with a MANIFEST. A log that was begun since then, and with it every synced batch in it, is found
// after a power cut only because the usual file systems give more than they promise; and so is a
// CURRENT that was renamed into place. Here both are followed by an fsync of the directory.
#pragma once

#include "persistence/store.hpp"

#include <leveldb/env.h>

#include <functional>
#include <string>

namespace evenkeel::persistence {

class directory_syncing_env final : public leveldb::EnvWrapper {
public:
  using sync_function = std::function<status(const std::string&)>;
  directory_syncing_env(leveldb::Env* target, sync_function sync_directory);

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;

private:
  leveldb::Status sync_parent(const std::string& name);

  sync_function sync_directory_;
};

} // namespace evenkeel::persistence
