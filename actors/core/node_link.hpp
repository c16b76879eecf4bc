// A node's end of its link to the proxy: identity, joining, sequence numbers, the proxy's
// heartbeats. Owns: the identity record (ledger id, code, incarnation, highest epoch). Rules R1,
// R5, R6, R8. Must not know: jobs and results, actors and sockets. Finding and connecting to the
// proxy is the shell's matter; this core tells it when.
#pragma once

#include "actors/core/effects.hpp"
#include "actors/core/ticket_ledger.hpp" // to_proxy
#include "messages/protocol.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel::core {

struct link_settings {
  std::string name;
  std::string address; ///< of the client port, for NODES
  std::uint32_t slots = 1;
  std::vector<std::string> functions;
  std::uint32_t connect_backoff_min_ms = 50;
  std::uint32_t connect_backoff_max_ms = 1000;
  std::uint32_t join_retry_ms = 500; ///< a join without an answer is sent again
};

/// Find and connect to the proxy; answer with `on_connected` or `on_connect_failed`.
struct connect_now {
  friend bool operator==(const connect_now&, const connect_now&) = default;
};
/// Drop the connection: it is of no use any more.
struct disconnect_now {
  friend bool operator==(const disconnect_now&, const disconnect_now&) = default;
};
struct send_join {
  join content;
  friend bool operator==(const send_join&, const send_join&) = default;
};
struct send_link_message {
  link_header header;
  node_message content;
  friend bool operator==(const send_link_message&, const send_link_message&) = default;
};
/// The link stands: for ledger, executor and remote questions.
struct link_up {
  std::uint64_t link = 0; ///< never used before, by no earlier start of this ledger either
  std::string code;
  cluster_settings settings;
  friend bool operator==(const link_up&, const link_up&) = default;
};
struct link_down {
  std::uint64_t link = 0;
  friend bool operator==(const link_down&, const link_down&) = default;
};
/// A message that came over the standing link, in order, put together from its pieces.
struct from_proxy {
  std::uint64_t link = 0;
  proxy_message content;
  friend bool operator==(const from_proxy&, const from_proxy&) = default;
};

using link_output = std::variant<connect_now, disconnect_now, send_join, send_link_message, link_up,
                                 link_down, from_proxy, note>;
using link_effects = effects<link_output>;

class node_link {
public:
  /// `fresh_ledger` is used when the data directory is new, `nonce` for this incarnation (R5): both
  /// random, drawn by the shell.
  node_link(link_settings settings, ledger_id fresh_ledger, std::uint64_t nonce);
  ~node_link();
  node_link(node_link&&) noexcept;
  node_link& operator=(node_link&&) noexcept;

  /// The identity record as found on disk (others are ignored); before anything else.
  void recover(const record::value& content);
  /// Ends recovery: takes the next incarnation, synced, and asks to connect.
  void on_start(instant now, link_effects& fx);

  /// Each `connect_now` gets exactly one of these two as its answer.
  void on_connected(instant now, link_effects& fx);
  void on_connect_failed(const std::string& why, instant now, link_effects& fx);
  /// The connection broke. Not to be called for one that a `disconnect_now` dropped.
  void on_disconnected(instant now, link_effects& fx);

  void on_welcome(const welcome& content, instant now, link_effects& fx);
  void on_refusal(const refusal& content, instant now, link_effects& fx);
  /// Anything but the exact next message of the standing link is dropped (R6); a gap ends the link.
  void on_message(const link_header& header, proxy_message content, instant now, link_effects& fx);
  void on_heartbeat(const heartbeat& content, instant now, link_effects& fx);
  /// Numbered and cut into pieces of packet size; dropped unless its link stands.
  void on_outgoing(to_proxy message, link_effects& fx);
  /// Lease of the proxy, join retries, connection back-off. Called about every 50 ms (R8).
  void on_tick(instant now, link_effects& fx);
  /// From now on this node wants no more work: the proxy is told at once, and on every later link.
  void on_drain(link_effects& fx);
  /// A clean stop: `leave` is sent if the link stands, link_down follows, and no new link is
  /// sought. Nothing may be sent after it; the shell drops the connection once `leave` is out.
  void on_shutdown(instant now, link_effects& fx);

  /// The report that is due now, if one is (its load fields are the caller's to fill); not gated
  /// (R9).
  bool report_due(instant now, load_report& report);

  [[nodiscard]] bool up() const;
  [[nodiscard]] std::uint64_t link() const; ///< number of the standing link; 0: none
  /// The proxy said that another process owns this ledger (R5): no ticket may be given until it
  /// welcomes us.
  [[nodiscard]] bool disowned() const;
  /// Why the proxy last refused us or ended the link; empty since its last welcome.
  [[nodiscard]] const std::string& refusal_text() const;
  [[nodiscard]] const ledger_id& ledger() const;
  [[nodiscard]] const std::string& code() const;
  [[nodiscard]] incarnation process() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel::core
