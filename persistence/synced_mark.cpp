#include "persistence/synced_mark.hpp"

#include "persistence/format.hpp"
#include "persistence/frame.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

namespace evenkeel::persistence {

namespace {

constexpr std::size_t mark_bytes = format::header_bytes + sizeof(std::uint64_t) + format::crc_bytes;
constexpr mode_t only_us = 0600;

std::string encoded(std::uint64_t number) {
  std::string bytes;
  begin_frame(bytes, format::shape::synced_mark);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  end_frame(bytes);
  return bytes;
}

/// Of bytes that are as many as a mark has, the number that their checksum belongs to; 0: none.
std::uint64_t vouched_number(std::string_view bytes) {
  std::uint64_t there = 0;
  std::memcpy(&there, bytes.data() + format::header_bytes, sizeof there);
  constexpr auto number_end = format::header_bytes + sizeof there;
  for (const auto number : {there, there - 1, there + 1}) {
    const auto whole = encoded(number);
    if (number != 0 && bytes.starts_with(whole.substr(0, format::header_bytes))
        && bytes.substr(number_end) == whole.substr(number_end))
      return number;
  }
  return 0;
}

std::string path_of(const std::string& directory, std::string_view name) {
  return directory + "/" + std::string(name);
}

bool write_to(int file, const std::string& bytes) {
  return ::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
}

mark_content unreadable(int error) {
  return {0, "its file SYNCED cannot be read (" + std::generic_category().message(error) + ")"};
}

} // namespace

synced_mark::synced_mark(std::string directory, bool read_only)
    : directory_(std::move(directory)), read_only_(read_only) {}

synced_mark::~synced_mark() {
  if (file_ >= 0)
    ::close(file_);
}

std::uint64_t synced_mark::number() const {
  return read_mark(directory_).number;
}

void synced_mark::note(std::uint64_t number) {
  if (read_only_)
    return;
  const auto bytes = encoded(number);
  if (file_ < 0)
    replace(bytes);
  else
    (void)write_to(file_, bytes);
}

void synced_mark::replace(const std::string& bytes) {
  const auto fresh = path_of(directory_, new_file_name);
  const int file = ::open(fresh.c_str(), O_CLOEXEC | O_RDWR | O_CREAT | O_TRUNC, only_us);
  if (file < 0)
    return;
  const bool in_place = write_to(file, bytes) && ::fsync(file) == 0
                        && std::rename(fresh.c_str(), path_of(directory_, file_name).c_str()) == 0;
  if (in_place) {
    file_ = file;
    return;
  }
  ::close(file);
  ::unlink(fresh.c_str());
}

mark_content read_mark(const std::string& directory) {
  const auto path = path_of(directory, synced_mark::file_name);
  const int file = ::open(path.c_str(), O_CLOEXEC | O_RDONLY | O_NONBLOCK);
  if (file < 0)
    return errno == ENOENT ? mark_content{} : unreadable(errno);
  std::array<char, mark_bytes + 1> bytes{};
  const auto size = ::pread(file, bytes.data(), bytes.size(), 0);
  const auto error = errno;
  ::close(file);
  if (size < 0)
    return unreadable(error);
  const auto number =
      size == mark_bytes ? vouched_number(std::string_view(bytes.data(), mark_bytes)) : 0;
  return {number, number == 0 && size > 0 ? "its file SYNCED is damaged" : ""};
}

} // namespace evenkeel::persistence
