// A client's socket, plain or by TLS: bytes as the client means them, without ever waiting.
// Owns: the socket, and the TLS session if there is one. Must not know: what the bytes mean, or who
// waits until it is ready.
//
// With an identity the client's first byte tells what it speaks: 0x16 begins TLS, and begins no
// request. Clients of this machine may speak plainly all the same.
#pragma once

#include "tls/accepted_session.hpp"
#include "tls/server_identity.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace evenkeel {

class client_socket {
public:
  using tcp_socket = boost::asio::ip::tcp::socket;

  /// Without an `identity` everybody speaks plainly. That outlives the socket.
  client_socket(tcp_socket socket, const tls::server_identity* identity);

  /// Both: how many bytes were read or written. `would_block`: try again after the wait below;
  /// `eof`: the client will send no more; `no_protocol_option`: it speaks plainly and may not, but
  /// can be told so.
  std::size_t read_some(std::span<char> into, boost::system::error_code& error);
  std::size_t write_some(std::string_view bytes, boost::system::error_code& error);
  [[nodiscard]] tcp_socket::wait_type read_wait() const { return read_wait_; }
  [[nodiscard]] tcp_socket::wait_type write_wait() const { return write_wait_; }
  /// There is something to read that no wait will tell of.
  [[nodiscard]] bool has_unread() const;
  /// No more will be written.
  void shutdown_send();

  [[nodiscard]] tcp_socket& tcp() { return socket_; }

private:
  enum class speech : unsigned char { unknown, plain, tls };

  bool settle(boost::system::error_code& error);

  tcp_socket socket_;
  const tls::server_identity* identity_;
  std::unique_ptr<tls::accepted_session> session_; ///< of one who speaks TLS
  tcp_socket::wait_type read_wait_ = tcp_socket::wait_read;
  tcp_socket::wait_type write_wait_ = tcp_socket::wait_write;
  speech speech_;
  bool ended_ = false; ///< an end was seen behind what the latest read returned
};

} // namespace evenkeel
