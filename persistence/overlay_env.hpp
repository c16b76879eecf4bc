// A file system for LevelDB in which files can be read as they are, and every change stays in
// memory: a database can be opened, even repaired, while its directory keeps each byte.
// Owns what was written. Background work (compactions) is held back until `let_go`, so that memory
// is bounded by the logs, which opening turns into tables.
// Takes the lock of the directory where there is one: a database in use is refused.
#pragma once

#include "persistence/environment.hpp"

#include <leveldb/env.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::persistence {

class overlay_env final : public leveldb::EnvWrapper {
public:
  explicit overlay_env(leveldb::Env* target);
  ~overlay_env() override;

  /// Before the database is closed: closing waits for its background work.
  void let_go();

  leveldb::Status NewSequentialFile(const std::string& name,
                                    leveldb::SequentialFile** file) override;
  leveldb::Status NewRandomAccessFile(const std::string& name,
                                      leveldb::RandomAccessFile** file) override;
  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** file) override;
  bool FileExists(const std::string& name) override;
  leveldb::Status GetChildren(const std::string& directory,
                              std::vector<std::string>* names) override;
  leveldb::Status RemoveFile(const std::string& name) override;
  leveldb::Status CreateDir(const std::string& name) override;
  leveldb::Status RemoveDir(const std::string& name) override;
  leveldb::Status GetFileSize(const std::string& name, std::uint64_t* size) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  leveldb::Status LockFile(const std::string& name, leveldb::FileLock** lock) override;
  leveldb::Status UnlockFile(leveldb::FileLock* lock) override;
  leveldb::Status NewLogger(const std::string& name, leveldb::Logger** result) override;
  void Schedule(void (*work)(void*), void* argument) override;

private:
  /// Where a file is to be read from; null: it is not there.
  leveldb::Env* home_of(const std::string& name);

  std::unique_ptr<leveldb::Env> memory_;
  std::mutex mutex_;
  std::set<std::string> removed_; ///< names that are hidden in the directory
  bool let_go_ = false;
  std::vector<std::pair<void (*)(void*), void*>> held_back_;
};

/// For a store that is looked at: what it writes stays in `files`.
environment in_memory(overlay_env& files, leveldb::Logger& log);

} // namespace evenkeel::persistence
