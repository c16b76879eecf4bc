// A log as LevelDB writes it, with zeros ahead of what is written (log_handle.hpp).
// Must not know: what is in it.
#pragma once

#include "persistence/log_handle.hpp"

#include <leveldb/env.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace evenkeel::persistence {

class filled_log final : public leveldb::WritableFile {
public:
  /// So many bytes at a time.
  static constexpr std::uint64_t step_bytes = std::uint64_t{256} << 10U;

  /// `on_closed`: by LevelDB, and cut to length.
  filled_log(std::unique_ptr<leveldb::WritableFile> file, std::shared_ptr<log_handle> handle,
             std::function<void()> on_closed);
  filled_log(const filled_log&) = delete;
  filled_log& operator=(const filled_log&) = delete;
  ~filled_log() override;

  leveldb::Status Append(const leveldb::Slice& data) override;
  leveldb::Status Close() override;
  leveldb::Status Flush() override { return file_->Flush(); }
  leveldb::Status Sync() override { return file_->Sync(); }

private:
  std::unique_ptr<leveldb::WritableFile> file_;
  std::shared_ptr<log_handle> handle_;
  std::function<void()> on_closed_;
  std::uint64_t written_ = 0;
  std::uint64_t filled_ = 0;
  bool closed_ = false;
};

} // namespace evenkeel::persistence
