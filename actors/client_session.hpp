// One client's session: an actor around core::client_session_core that lives on the gateway's
// thread, next to its socket, instead of on a CAF worker. Bytes from the connection go in, requests
// go to the node; answers come as messages and go out as bytes.
// Owns: the session core, the connection. Must not decide anything.
#pragma once

#include "actors/client_connection.hpp"
#include "actors/core/client_session.hpp"
#include "actors/local_interfaces.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel {

/// Where a session's requests go, on the gateway's thread.
using request_sink = std::function<void(session_requests)>;

struct token_answer {
  const core::client_access* access = nullptr; ///< null: it is nobody's
  bool room = true;                            ///< for one more connection of its owner
};

/// What a token allows, on the gateway's thread.
using token_lookup = std::function<token_answer(const std::string& token)>;

/// So many bytes have come: how long no more are to be read. On the gateway's thread.
using input_toll = std::function<std::chrono::microseconds(std::size_t bytes)>;

class client_session {
public:
  /// `self` is the session's address: whoever owns the session hands it what arrives there. Without
  /// a `tokens` none is needed, without a `toll` input is read as it comes.
  client_session(std::uint64_t number, client_session_actor self, client_socket socket,
                 request_sink requests, token_lookup tokens, input_toll toll);
  ~client_session();
  client_session(const client_session&) = delete;
  client_session& operator=(const client_session&) = delete;

  /// Begins to read. `on_gone` is called once, from the event loop, when the connection is no more.
  void start(std::function<void()> on_gone);
  void on_answers(std::vector<numbered_answer> answers);
  /// What its token allows from now on; null: it is nobody's any more.
  void on_access_changed(const core::client_access* now);
  [[nodiscard]] const client_session_actor& address() const { return self_; }

private:
  void run_outputs();

  std::uint64_t number_;
  client_session_actor self_;
  request_sink requests_;
  token_lookup tokens_;
  input_toll toll_;
  std::shared_ptr<client_connection> connection_;
  core::client_session_core core_;
};

} // namespace evenkeel
