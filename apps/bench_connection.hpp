// A client's connection to a node that never blocks: requests go out, replies come in.
// Owns: the socket and the bytes on their way. Must not know: what the requests mean.
// Everything that is sent while the event loop has other things to do leaves in one write.
#pragma once

#include "client/replies.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace evenkeel::apps {

class bench_connection {
public:
  using reply_handler = std::function<void(const client::reply&)>;
  /// Called once, with the reason, when the connection is lost.
  using end_handler = std::function<void(const std::string& why)>;

  /// Outlives the last run of `context`: what it has under way points here.
  explicit bench_connection(boost::asio::io_context& context);

  /// Blocks; throws std::runtime_error with one clear sentence. Before anything else runs in the
  /// context.
  void connect(const boost::asio::ip::tcp::endpoint& where, std::chrono::milliseconds timeout);
  void start(reply_handler on_reply, end_handler on_end);
  void send(std::string_view request);
  /// Nothing comes or goes any more; `on_end` is not called.
  void close();

private:
  void read();
  void flush();
  void lose(const std::string& why);

  boost::asio::io_context& context_;
  boost::asio::ip::tcp::socket socket_;
  reply_handler on_reply_;
  end_handler on_end_;
  client::reply_reader replies_;
  std::array<char, 4096> input_{};
  std::string waiting_; ///< to be written
  std::string writing_; ///< being written
  bool flush_posted_ = false;
  bool closed_ = false;
};

} // namespace evenkeel::apps
