// Makes LevelDB's log durable from another thread than the one that writes it: LevelDB itself holds
// up every writer until an fsync is through, also those that need none.
// Thread-safe. Owns: a handle for each log that LevelDB has not closed.
// Must not know: what is in a log.
#pragma once

#include "persistence/log_handle.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace evenkeel::persistence {

class log_syncer {
public:
  explicit log_syncer(log_opener open);

  /// LevelDB has made this log. Null where `how` says why not.
  std::shared_ptr<log_handle> begun(const std::string& path, status& how);
  /// LevelDB has closed it: all in it was synced before the next was begun, or none is.
  void closed(const log_handle& log);
  /// Makes durable all that was written before the call. The system tells of a failure once, maybe
  /// in another thread's call: so calls take turns, and after a failure all fail.
  status sync();

private:
  log_opener open_;
  std::mutex guard_;
  std::vector<std::shared_ptr<log_handle>> open_logs_; ///< two while LevelDB goes to the next
  std::mutex turn_;
  status failed_; ///< under `turn_`
};

} // namespace evenkeel::persistence
