#include "actors/jobs/output_capture.hpp"

#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

namespace evenkeel::jobs {

bool output_capture::read_some(std::span<char> buffer) {
  const auto size = ::read(pipe_.get(), buffer.data(), buffer.size());
  if (size > 0) {
    keep(buffer.first(static_cast<std::size_t>(size)));
    return true;
  }
  return size < 0 && (errno == EAGAIN || errno == EINTR);
}

void output_capture::read_pending(std::span<char> buffer) {
  int pending = 0;
  if (!is_open() || ::ioctl(pipe_.get(), FIONREAD, &pending) != 0)
    return;
  // The amount is fixed before the first read: something that writes on for ever must not keep us.
  auto left = static_cast<std::size_t>(std::max(pending, 0));
  while (left > 0) {
    const auto size = ::read(pipe_.get(), buffer.data(), std::min(left, buffer.size()));
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      return;
    keep(buffer.first(static_cast<std::size_t>(size)));
    left -= static_cast<std::size_t>(size);
  }
}

void output_capture::keep(std::span<const char> bytes) {
  const auto kept = std::min(bytes.size(), limit_ - text_.size());
  text_.append(bytes.data(), kept);
  truncated_ = truncated_ || kept < bytes.size();
}

} // namespace evenkeel::jobs
