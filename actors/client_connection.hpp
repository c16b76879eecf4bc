// One client's socket. Lives on the gateway's thread; its functions may be called from any thread.
// Owns: the socket, the bytes on their way out. Must not know: what the bytes mean.
#pragma once

#include "actors/local_interfaces.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel {

class client_connection : public std::enable_shared_from_this<client_connection> {
public:
  client_connection(boost::asio::ip::tcp::socket socket, std::function<void()> on_gone);
  ~client_connection();

  /// Whoever gets this connection's bytes, as messages.
  void attach(client_session_actor session);

  /// Reads one piece and sends it to the session (or client_eof, or client_gone); then waits for
  /// the next call: a session that does not ask costs nothing.
  void read_more();
  /// Sends these bytes, after those before them; client_drained tells when they have left.
  void write(std::string bytes);
  /// Writes what is left, shuts down writing, discards input (at most `discard_limit` bytes or 10
  /// s) and closes: so no reply is lost to a reset.
  void finish(std::uint64_t discard_limit);
  void close();

private:
  void start_read();
  void start_write();
  void on_written();
  void start_discarding();
  void discard();
  void take_input();
  void gone();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::function<void()> on_gone_;
  client_session_actor session_;
  std::string waiting_; ///< to be written next
  std::string leaving_; ///< being written
  std::uint64_t discard_limit_ = 0;
  bool reading_ = false;
  bool finishing_ = false;
  bool over_ = false;
};

} // namespace evenkeel
