#include "persistence/filled_log.hpp"

#include <utility>

namespace evenkeel::persistence {

filled_log::filled_log(std::unique_ptr<leveldb::WritableFile> file,
                       std::shared_ptr<log_handle> handle, std::function<void()> on_closed)
    : file_(std::move(file)), handle_(std::move(handle)), on_closed_(std::move(on_closed)) {}

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
  auto result = file_->Close();
  handle_->cut(written_);
  on_closed_();
  return result;
}

} // namespace evenkeel::persistence
