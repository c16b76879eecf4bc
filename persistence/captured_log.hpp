// What LevelDB says while it opens or repairs a database: lines kept in memory instead of a file.
#pragma once

#include <leveldb/env.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::persistence {

class captured_log final : public leveldb::Logger {
public:
  /// Keeps lines that begin with `wanted`.
  explicit captured_log(std::string wanted = {}) : wanted_(std::move(wanted)) {}
  void Logv(const char* format, std::va_list arguments) override;
  /// At most the first 1,000.
  [[nodiscard]] std::vector<std::string> lines() const;

private:
  std::string wanted_;
  mutable std::mutex mutex_; ///< LevelDB logs from its own thread as well
  std::vector<std::string> lines_;
};

} // namespace evenkeel::persistence
