#include "actors/link_scribe.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace evenkeel {

namespace network = caf::io::network;
using network::native_socket;
using network::rw_state;

namespace {

constexpr std::size_t buffer_bytes = 65536;

/// A connection has a buffer only while it holds a part of a message: this one goes round.
thread_local std::unique_ptr<char[]> spare;

bool try_later(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

rw_state buffered_socket::fill(native_socket socket) {
  if (!buffer_)
    buffer_ = spare ? std::exchange(spare, nullptr) : std::make_unique<char[]>(buffer_bytes);
  const auto got = ::recv(socket, buffer_.get(), buffer_bytes, MSG_NOSIGNAL);
  first_ = 0;
  last_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  drained_ = last_ < buffer_bytes;
  return got == 0 || (got < 0 && !try_later(errno)) ? rw_state::failure : rw_state::success;
}

void buffered_socket::give_back() {
  if (!spare)
    spare = std::move(buffer_);
  buffer_ = nullptr;
}

rw_state buffered_socket::read_some(std::size_t& taken, native_socket socket, void* to,
                                    std::size_t size) {
  taken = 0;
  if (first_ == last_) {
    const bool empty = std::exchange(drained_, false);
    const auto state = empty ? rw_state::success : fill(socket);
    if (first_ == last_) {
      give_back();
      drained_ = false;
      return state;
    }
  }
  taken = std::min(size, last_ - first_);
  std::memcpy(to, buffer_.get() + first_, taken);
  first_ += taken;
  return rw_state::success;
}

rw_state buffered_socket::write_some(std::size_t& taken, native_socket socket, const void* from,
                                     std::size_t size) {
  const auto sent = ::send(socket, from, size, MSG_NOSIGNAL);
  taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  return sent < 0 && !try_later(errno) ? rw_state::failure : rw_state::success;
}

bool buffered_socket::must_read_more(native_socket /*socket*/, std::size_t threshold) const {
  return last_ - first_ >= threshold;
}

link_scribe::link_scribe(network::default_multiplexer& backend, native_socket socket,
                         turn_writer& writer)
    : scribe(network::conn_hdl_from_socket(socket)), stream_(backend, socket), writer_(writer) {}

void link_scribe::configure_read(caf::io::receive_policy::config config) {
  stream_.configure_read(config);
  if (!std::exchange(launched_, true))
    stream_.start(this);
}

void link_scribe::ack_writes(bool enable) {
  stream_.ack_writes(enable);
}

std::vector<char>& link_scribe::wr_buf() {
  return stream_.wr_buf();
}

std::vector<char>& link_scribe::rd_buf() {
  return stream_.rd_buf();
}

void link_scribe::flush() {
  if (!stream_.wr_buf().empty() && !stream_.waits_to_write() && !std::exchange(will_write_, true))
    writer_.write_at_end_of_turn(caf::intrusive_ptr<link_scribe>{this});
}

void link_scribe::write_now() {
  will_write_ = false;
  auto& bytes = stream_.wr_buf();
  if (bytes.empty() || stream_.waits_to_write())
    return;
  std::size_t sent = 0;
  (void)buffered_socket::write_some(sent, stream_.fd(), bytes.data(), bytes.size());
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(sent));
  stream_.flush(this); // nothing to do, mostly
}

void link_scribe::graceful_shutdown() {
  write_now();
  stream_.graceful_shutdown();
  detach(&stream_.backend(), false);
}

std::string link_scribe::addr() const {
  auto known = network::remote_addr_of_fd(stream_.fd());
  return known ? *known : std::string{};
}

std::uint16_t link_scribe::port() const {
  auto known = network::remote_port_of_fd(stream_.fd());
  return known ? *known : std::uint16_t{0};
}

void link_scribe::add_to_loop() {
  stream_.activate(this);
}

void link_scribe::remove_from_loop() {
  stream_.passivate();
}

} // namespace evenkeel
