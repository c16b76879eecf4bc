// What a LevelDB store stands on, where that is not simply the operating system: tests put faults
// underneath, `evenkeel check` a layer that keeps every change in memory.
// Owns nothing: all of it must outlive the store. Must not know: what is stored.
#pragma once

#include "persistence/log_handle.hpp"
#include "persistence/store.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace leveldb {
class Env;
class Logger;
} // namespace leveldb

namespace evenkeel::persistence {

struct environment {
  leveldb::Env* files = nullptr;  ///< null: the operating system's
  leveldb::Logger* log = nullptr; ///< null: LevelDB writes its file LOG
  /// Makes names in a directory durable. Empty: fsync.
  std::function<status(const std::string&)> sync_directory;
  log_opener open_log; ///< empty: the operating system's
  /// Called before LevelDB is closed, which waits for work that `files` may be holding back.
  std::function<void()> before_close;
  /// LevelDB begins a new log when one holds about this much.
  std::size_t log_bytes = std::size_t{12} << 20U;
  /// Nothing is made or synced: there is a directory, and it stays as it is.
  bool read_only = false;
};

} // namespace evenkeel::persistence
