#include "persistence/synced_mark.hpp"

#include "persistence/format.hpp"
#include "persistence/frame.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>

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

} // namespace

synced_mark::synced_mark(const std::string& directory, bool read_only) : read_only_(read_only) {
  const auto path = directory + "/" + std::string(file_name);
  file_ = ::open(path.c_str(), O_CLOEXEC | (read_only ? O_RDONLY : O_RDWR | O_CREAT), only_us);
}

synced_mark::~synced_mark() {
  if (file_ >= 0)
    ::close(file_);
}

std::uint64_t synced_mark::number() const {
  std::array<char, mark_bytes> bytes{};
  const auto size = ::pread(file_, bytes.data(), bytes.size(), 0);
  const auto mark =
      read_frame(std::string_view(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
  std::uint64_t number = 0;
  if (mark && mark->shape == static_cast<std::uint8_t>(format::shape::synced_mark)
      && mark->payload.size() == sizeof number)
    std::memcpy(&number, mark->payload.data(), sizeof number);
  return number;
}

void synced_mark::note(std::uint64_t number) const {
  const auto bytes = encoded(number);
  if (!read_only_)
    (void)!::pwrite(file_, bytes.data(), bytes.size(), 0);
}

std::uint64_t noted_in(const std::string& directory) {
  return synced_mark(directory, true).number();
}

} // namespace evenkeel::persistence
