// A client's connection to a node that waits: one request, one reply, with a deadline for each.
// Owns: the socket and what has come and was not taken yet. Must not know: what the requests mean.
// (`apps/bench_connection` is the one that never waits.)
#pragma once

#include "client/replies.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct addrinfo;

namespace evenkeel::client {

using deadline = std::chrono::steady_clock::time_point;

/// One sentence that names the node. The connection is of no use any more.
struct connection_lost : std::runtime_error {
  connection_lost(const std::string& text, bool timed_out_)
      : std::runtime_error(text), timed_out(timed_out_) {}
  bool timed_out; ///< nobody answered until the deadline; otherwise it was refused or closed
};

class connection {
public:
  /// Connects. Throws connection_lost, as all functions here do.
  connection(const std::string& host, std::uint16_t port, deadline until);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Several requests may be sent before the first reply is taken. Ends with a newline.
  void send(std::string_view requests, deadline until);
  /// The next reply; its views are valid until the next call of anything here.
  reply receive(deadline until);
  /// Sends one request, given without its newline, and returns its reply.
  reply ask(std::string_view request, deadline until);

private:
  void connect(const std::string& host, std::uint16_t port, deadline until);
  /// 0, or what the system said.
  int try_address(const addrinfo& where, deadline until);
  void await(short events, deadline until);
  /// Takes what is there; does not wait.
  void read_some();
  [[noreturn]] void fail(const std::string& why, bool timed_out = false) const;

  std::string name_;
  int socket_ = -1;
  reply_reader replies_;
};

} // namespace evenkeel::client
