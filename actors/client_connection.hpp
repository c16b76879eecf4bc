// One client's socket, on the gateway's thread and nowhere else.
// Owns: the socket, the bytes on their way out. Must not know: what the bytes mean.
#pragma once

#include "actors/client_socket.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace evenkeel {

/// What becomes of a connection. Called from the event loop, never from within a call into the
/// connection; not called any more after `on_gone`, or after `abandon`.
struct connection_events {
  std::function<void(std::string_view bytes)> on_input; ///< one piece; then `read` is due again
  std::function<void()> on_eof;                         ///< the client will send no more
  std::function<void(std::size_t bytes)> on_written;    ///< left later than `write` returned
  std::function<void()> on_pause_over;                  ///< after `pause`
  std::function<void()> on_gone;                        ///< closed, by whoever
};

class client_connection : public std::enable_shared_from_this<client_connection> {
public:
  explicit client_connection(client_socket socket);

  void start(connection_events events) { events_ = std::move(events); }

  /// Reads one piece, then waits for the next call: whoever does not ask is not sent anything, and
  /// the client's kernel makes the client wait. Calls while one is outstanding are the same one.
  void read();
  /// Reads nothing for so long, whoever asks. Between two reads.
  void rest(std::chrono::microseconds length);
  /// Sends these bytes, after those before them. Returns how many have left at once; `on_written`
  /// tells of the others.
  std::size_t write(std::string bytes);
  /// Calls `on_pause_over` after so long. One at a time, and none once it finishes.
  void pause(std::chrono::milliseconds length);
  /// Writes what is left, shuts down writing, discards input (at most `discard_limit` bytes or 10
  /// s) and closes: so no reply is lost to a reset.
  void finish(std::uint64_t discard_limit);
  /// Closes without a word.
  void abandon();

private:
  template <class Handler>
  void wait_to_read(Handler handler);
  void take_input();
  void turn_away_plain_speech();
  std::size_t send(std::string_view bytes, boost::system::error_code& error);
  void start_write();
  void write_on();
  void start_discarding();
  void discard();
  void gone();

  client_socket socket_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer rest_timer_;
  connection_events events_;
  std::string waiting_; ///< to be written next
  std::string leaving_; ///< being written, from `left_` on
  std::size_t left_ = 0;
  std::uint64_t discard_limit_ = 0;
  bool reading_ = false;
  bool finishing_ = false;
  bool over_ = false;
};

} // namespace evenkeel
