#include "bench/peers/stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace evenkeel::bench {

namespace {

constexpr std::size_t first_size = 65'536;
constexpr std::size_t largest_size = 64U << 20U; ///< far above every reply

} // namespace

stream::stream(int socket, std::string name, handler on_input)
    : socket_(socket), name_(std::move(name)), on_input_(std::move(on_input)), buffer_(first_size) {
}

stream::~stream() {
  close(socket_);
}

void stream::fail(const char* what) const {
  throw connection_lost(name_ + ": " + what + ": " + std::generic_category().message(errno));
}

void stream::make_room() {
  if (taken_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(taken_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= taken_;
    taken_ = 0;
  }
  if (filled_ < buffer_.size())
    return;
  if (buffer_.size() >= largest_size)
    throw connection_lost(name_ + ": a reply has no end");
  buffer_.resize(buffer_.size() * 2);
}

bool stream::fill() {
  if (taken_ == filled_)
    taken_ = filled_ = 0;
  if (filled_ == buffer_.size())
    make_room();
  const auto got = recv(socket_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
  if (got > 0)
    filled_ += static_cast<std::size_t>(got);
  else if (got == 0)
    return false;
  else if (errno != EAGAIN && errno != EINTR)
    fail("cannot read");
  return true;
}

bool stream::flush() {
  while (sent_ < output_.size()) {
    const auto sent = send(socket_, output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL);
    if (sent >= 0)
      sent_ += static_cast<std::size_t>(sent);
    else if (errno == EAGAIN)
      return false;
    else if (errno != EINTR)
      fail("cannot write");
  }
  output_.clear();
  sent_ = 0;
  return true;
}

} // namespace evenkeel::bench
