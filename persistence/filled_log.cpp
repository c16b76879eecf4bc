#include "persistence/filled_log.hpp"

#include <utility>

namespace evenkeel::persistence {

filled_log::filled_log(std::unique_ptr<leveldb::WritableFile> file,
                       std::shared_ptr<log_handle> handle,
                       std::function<void(const status&)> on_finished)
    : file_(std::move(file)), handle_(std::move(handle)), on_finished_(std::move(on_finished)) {}

/// LevelDB deletes a log that it has done with, mostly without closing it.
filled_log::~filled_log() {
  (void)filled_log::Close();
}

leveldb::Status filled_log::Append(const leveldb::Slice& data) {
  const auto end = written_ + data.size();
  if (end > filled_) {
    const auto from = std::exchange(filled_, end + step_bytes);
    handle_->fill(from, filled_);
  }
  written_ = end;
  return file_->Append(data);
}

leveldb::Status filled_log::Close() {
  if (std::exchange(closed_, true))
    return leveldb::Status::OK();
  const auto result = file_->Close();
  const auto finished = handle_->finish(written_);
  on_finished_(finished);
  if (!result.ok() || finished.ok())
    return result;
  return leveldb::Status::IOError(finished.text);
}

} // namespace evenkeel::persistence
