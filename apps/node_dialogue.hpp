// A connection to a node's client port for commands that ask one thing.
// Owns: the connection. Must not know: what is asked.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace evenkeel::apps {

class node_dialogue {
public:
  /// Connects. All of it together may take `timeout_s` seconds. Throws std::runtime_error, like
  /// `ask`: one line that names the node.
  node_dialogue(const std::string& host, std::uint16_t port, double timeout_s);

  /// Sends one request; returns the first line of its reply, without the line's end.
  std::string ask(const std::string& request);

private:
  [[noreturn]] void fail(const std::string& why) const;

  std::string name_;
  boost::asio::ip::tcp::iostream stream_;
};

} // namespace evenkeel::apps
