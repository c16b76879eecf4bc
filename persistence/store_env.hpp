// LevelDB's file system, as a store needs it.
//
// Names are kept. LevelDB fsyncs its directory only together with a MANIFEST. A log that was begun
// since then, and with it every synced batch in it, is found after a power cut only because the
// usual file systems give more than they promise; and so is a CURRENT that was renamed into place,
// or a table that a MANIFEST names which reached the disk before its own fsync. Here all of them
// are followed by an fsync of the directory.
//
// Logs are filled ahead and made durable from another thread (filled_log.hpp, log_syncer.hpp).
// Before a log is begun, all that was written to the one before it is made durable: so only the
// newest can have holes after a power cut (log_cut.hpp).
//
// It tells whether LevelDB is at work in its own thread: only then may a write have to wait for it.
#pragma once

#include "persistence/log_syncer.hpp"
#include "persistence/store.hpp"

#include <leveldb/env.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel::persistence {

class store_env final : public leveldb::EnvWrapper {
public:
  using sync_function = std::function<status(const std::string&)>;
  /// `logs` may be null: then they are as LevelDB writes them.
  store_env(leveldb::Env* target, sync_function sync_directory, std::shared_ptr<log_syncer> logs);

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  void Schedule(void (*work)(void*), void* argument) override;

  /// Whether CURRENT is known to be durable. LevelDB is not told, since it would remove the
  /// MANIFEST that CURRENT already names.
  [[nodiscard]] const status& current_kept() const { return current_kept_; }

  /// Compactions that have been ordered and are not over.
  [[nodiscard]] bool works_in_background() const { return *background_ > 0; }

private:
  status begin_log(const std::string& name, leveldb::WritableFile*& file);
  status sync_parent(const std::string& name);

  sync_function sync_directory_;
  std::shared_ptr<log_syncer> logs_;
  status current_kept_; ///< changes only while the database is opened
  std::shared_ptr<std::atomic<std::uint32_t>> background_; ///< may outlive us by an instant
};

} // namespace evenkeel::persistence
