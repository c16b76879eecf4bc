// A second way to a log that LevelDB writes, which itself can only append and sync: made durable
// from another thread, filled with zeros ahead of what is written, and cut to length at its end.
//
// Zeros ahead: a file that grows needs its file system's journal at each fdatasync, one whose
// blocks are there only the write itself. LevelDB takes zeros for the end of a log.
#pragma once

#include "persistence/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel::persistence {

class log_handle {
public:
  log_handle() = default;
  log_handle(const log_handle&) = delete;
  log_handle& operator=(const log_handle&) = delete;
  virtual ~log_handle() = default;

  /// Makes durable what was written before the call; from any thread, one at a time.
  virtual status sync() = 0;
  /// Zeros from byte `from` to `to`, where nobody writes meanwhile. As far as the disk has room:
  /// they only save time.
  virtual void fill(std::uint64_t from, std::uint64_t to) = 0;
  /// It ends after so many bytes. That need not be durable: zeros are as good an end.
  virtual void cut(std::uint64_t bytes) = 0;
};

/// A log that is there. Null where `how` says why not.
using log_opener = std::function<std::shared_ptr<log_handle>(const std::string& path, status& how)>;

std::shared_ptr<log_handle> open_log_handle(const std::string& path, status& how);

} // namespace evenkeel::persistence
