// The client port: sockets on one side, client_session actors on the other. Runs on a thread of its
// own with Boost.Asio, apart from CAF's multiplexer: a flood of clients cannot delay heartbeats,
// and a half-closed connection still gets its replies (CAF's brokers drop it). Owns: the listening
// socket and every client connection. Must not know: the protocol.
#pragma once

#include "actors/local_interfaces.hpp"
#include "actors/log.hpp"
#include "actors/token_book.hpp"
#include "tls/server_identity.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace evenkeel {

/// What a client port takes at most.
struct client_limits {
  std::size_t max_sessions = 20'000; ///< beyond: -BUSY; also kept below the descriptor limit
  std::size_t max_of_address = 1000; ///< sessions; beyond: -BUSY; 0: no limit. Not for this machine
  std::size_t max_of_token = 1000;   ///< sessions of a token's owner; the same
  /// That clients of one address, but for this machine's own, or of one token's owner may send in a
  /// second; 0: no limit.
  std::uint64_t max_bytes_a_second = 0;
};

struct gateway_settings {
  logger log;
  std::string address = "127.0.0.1";
  std::uint16_t port = 9000; ///< 0: any free one
  client_limits limits;
  std::shared_ptr<const token_book> tokens; ///< null: clients need none
  /// For clients of other machines; null: everybody speaks plainly.
  std::shared_ptr<const tls::server_identity> identity;
};

class client_gateway {
public:
  /// Takes the port; nobody is served before `start`. Throws std::runtime_error with one clear
  /// sentence when the port cannot be had.
  explicit client_gateway(const gateway_settings& settings);
  ~client_gateway(); ///< stops
  client_gateway(const client_gateway&) = delete;
  client_gateway& operator=(const client_gateway&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  void start(caf::actor_system& system, const node_service& node);
  /// Where tokens are needed: these, from now on. Connections whose token is not among them any
  /// more are closed. From any thread.
  void replace_tokens(std::shared_ptr<const token_book> tokens);
  /// No new clients; those that are here get what was written to them, for a short while.
  void stop();

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace evenkeel
