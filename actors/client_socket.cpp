#include "actors/client_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <openssl/err.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace evenkeel {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr unsigned char tls_begins = 0x16; // the type of a handshake record

bool is_of_this_machine(const client_socket::tcp_socket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error).address();
  return !error && peer.is_loopback();
}

int int_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
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
  ERR_clear_error();
  session_.reset(SSL_new(identity_->settings()));
  if (!session_ || SSL_set_fd(session_.get(), socket_.native_handle()) != 1) {
    error = asio::error::no_memory;
    return false;
  }
  SSL_set_accept_state(session_.get());
  speech_ = speech::tls;
  return true;
}

/// What OpenSSL's result means; its errors are of this thread, and must not be left for others.
error_code client_socket::problem_of(int result, tcp_socket::wait_type& wait) {
  const auto kind = SSL_get_error(session_.get(), result);
  ERR_clear_error();
  switch (kind) {
  case SSL_ERROR_WANT_READ:
    wait = tcp_socket::wait_read;
    return asio::error::would_block;
  case SSL_ERROR_WANT_WRITE:
    wait = tcp_socket::wait_write;
    return asio::error::would_block;
  case SSL_ERROR_ZERO_RETURN:
    return asio::error::eof;
  default: // also an end that the client did not announce: somebody may have cut it off
    return asio::error::connection_reset;
  }
}

std::size_t client_socket::read_some(std::span<char> into, error_code& error) {
  error.clear();
  read_wait_ = tcp_socket::wait_read;
  if (speech_ == speech::unknown && !settle(error))
    return 0;
  if (!session_)
    return socket_.read_some(asio::buffer(into.data(), into.size()), error);
  std::size_t size = 0;
  ERR_clear_error();
  while (size < into.size()) { // a record at a time
    const int result = SSL_read(session_.get(), into.data() + size, int_size(into.size() - size));
    if (result <= 0) {
      error = problem_of(result, read_wait_);
      break;
    }
    size += static_cast<std::size_t>(result);
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
  ERR_clear_error();
  const int result = SSL_write(session_.get(), bytes.data(), int_size(bytes.size()));
  if (result <= 0) {
    error = problem_of(result, write_wait_);
    return 0;
  }
  return static_cast<std::size_t>(result);
}

bool client_socket::has_unread() const {
  return session_ && (ended_ || SSL_pending(session_.get()) > 0);
}

void client_socket::shutdown_send() {
  if (session_ && SSL_is_init_finished(session_.get()) == 1) {
    SSL_shutdown(session_.get());
    ERR_clear_error();
  }
  error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

} // namespace evenkeel
