// Makes LevelDB's log durable from another thread than the one that writes it: LevelDB itself holds
// up every writer until an fsync is through, also those that need none.
// Thread-safe. Owns: a file descriptor for each log that may hold what is not durable.
// Must not know: what is in a log.
#pragma once

#include "persistence/store.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace evenkeel::persistence {

class log_syncer {
public:
  using sync_function = std::function<status(const std::string& path)>;
  /// `instead`: takes the place of fdatasync where it is given (environment.hpp).
  explicit log_syncer(sync_function instead = {});

  /// LevelDB has made this log and will write to no other from now on.
  status begun(const std::string& path);
  /// It is gone; all that was in it is in a table, which LevelDB has synced.
  void removed(const std::string& path);
  /// Makes durable all that was written before the call.
  status sync();

private:
  class log;

  sync_function instead_;
  std::mutex guard_;
  std::vector<std::shared_ptr<const log>> unsynced_; ///< in order; LevelDB writes to the last one
};

} // namespace evenkeel::persistence
