#include "persistence/log_handle.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace evenkeel::persistence {

namespace {

status failure(const char* what, const std::string& path) {
  return {store_error::io, std::string("cannot ") + what + " " + path + ": "
                               + std::generic_category().message(errno)};
}

/// Open from the beginning: so no error of the system that concerns it goes to somebody else.
class system_log_handle final : public log_handle {
public:
  system_log_handle(std::string path, int file) : path_(std::move(path)), file_(file) {}
  system_log_handle(const system_log_handle&) = delete;
  system_log_handle& operator=(const system_log_handle&) = delete;
  ~system_log_handle() override { ::close(file_); }

  status sync() override {
    return ::fdatasync(file_) == 0 ? status{} : failure("fdatasync", path_);
  }

  void fill(std::uint64_t from, std::uint64_t to) override {
    const std::string zeros(to - from, '\0');
    (void)!::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>(from));
    // What was written until now goes to the disk by and by: the last sync finds little to do.
    if (from > 0)
      (void)::sync_file_range(file_, 0, static_cast<off_t>(from), SYNC_FILE_RANGE_WRITE);
  }

  void cut(std::uint64_t bytes) override { (void)!::ftruncate(file_, static_cast<off_t>(bytes)); }

private:
  std::string path_;
  int file_;
};

} // namespace

std::shared_ptr<log_handle> open_log_handle(const std::string& path, status& how) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) {
    how = failure("open", path);
    return nullptr;
  }
  return std::make_shared<system_log_handle>(path, file);
}

} // namespace evenkeel::persistence
