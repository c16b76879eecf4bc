#include "actors/client_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace evenkeel {

namespace asio = boost::asio;
using boost::system::error_code;
using progress = tls::accepted_session::progress;

namespace {

constexpr unsigned char tls_begins = 0x16; // the type of a handshake record

bool is_of_this_machine(const client_socket::tcp_socket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error).address();
  return !error && peer.is_loopback();
}

/// `wait`: what to wait for before the next attempt, where that is the problem.
error_code problem_of(progress how, client_socket::tcp_socket::wait_type& wait) {
  switch (how) {
  case progress::done:
    return {};
  case progress::wants_input:
    wait = client_socket::tcp_socket::wait_read;
    return asio::error::would_block;
  case progress::wants_output:
    wait = client_socket::tcp_socket::wait_write;
    return asio::error::would_block;
  case progress::ended:
    return asio::error::eof;
  case progress::broken:
    break;
  }
  return asio::error::connection_reset;
}

} // namespace

client_socket::client_socket(tcp_socket socket, const tls::server_identity* identity)
    : socket_(std::move(socket)), identity_(identity),
      speech_(identity == nullptr ? speech::plain : speech::unknown) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
}

/// False: it is not known yet what the client speaks, or it may not, for the reason in `error`.
bool client_socket::settle(error_code& error) {
  unsigned char first = 0;
  const auto size = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK);
  if (size < 0)
    error.assign(errno, boost::system::system_category());
  else if (size == 0)
    error = asio::error::eof;
  if (size <= 0)
    return false;
  if (first != tls_begins) {
    speech_ = speech::plain;
    if (!is_of_this_machine(socket_))
      error = asio::error::no_protocol_option;
    return !error;
  }
  session_ =
      std::make_unique<tls::accepted_session>(identity_->settings(), socket_.native_handle());
  speech_ = speech::tls;
  return true;
}

std::size_t client_socket::read_some(std::span<char> into, error_code& error) {
  error.clear();
  read_wait_ = tcp_socket::wait_read;
  if (speech_ == speech::unknown && !settle(error))
    return 0;
  if (!session_)
    return socket_.read_some(asio::buffer(into.data(), into.size()), error);
  std::size_t size = 0;
  while (size < into.size() && !error) { // a record at a time
    std::size_t taken = 0;
    error = problem_of(session_->read(into.data() + size, into.size() - size, taken), read_wait_);
    size += taken;
  }
  ended_ = size > 0 && error && error != asio::error::would_block;
  if (size > 0) // an end comes again
    error.clear();
  return size;
}

std::size_t client_socket::write_some(std::string_view bytes, error_code& error) {
  error.clear();
  write_wait_ = tcp_socket::wait_write;
  if (speech_ == speech::unknown) { // until the client has said something
    error = asio::error::would_block;
    write_wait_ = tcp_socket::wait_read;
    return 0;
  }
  if (!session_)
    return socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  std::size_t taken = 0;
  error = problem_of(session_->write(bytes.data(), bytes.size(), taken), write_wait_);
  return taken;
}

bool client_socket::has_unread() const {
  return session_ && (ended_ || session_->pending() > 0);
}

void client_socket::shutdown_send() {
  if (session_)
    session_->end_writing();
  error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

} // namespace evenkeel
