// The inside of node_link: the phases of a link's life and what moves between them.
// Private to node_link*.cpp.
#pragma once

#include "actors/core/node_link.hpp"
#include "actors/core/stall_watch.hpp"
#include "messages/parcel.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace evenkeel::core {

enum class link_phase : std::uint8_t {
  idle,       ///< not started
  connecting, ///< connect_now is out
  joining,    ///< a join is out, under the current link number
  up,         ///< welcomed
  waiting,    ///< until `wake_us`: then connect, or join over the connection that still stands
  stopped     ///< for good
};

/// Troubles that come back with every attempt: each kind is logged again only after a while.
enum class trouble : std::uint8_t { unreachable, silent, lower_epoch, bad_code, count };

struct node_link::state {
  state(link_settings with, const ledger_id& fresh_ledger, std::uint64_t nonce);

  // node_link.cpp: phases
  void connect(instant now, link_effects& fx);
  /// Under a new link number; `ask_to_join` alone asks again under the same one.
  void begin_join(instant now, link_effects& fx);
  void ask_to_join(instant now, link_effects& fx);
  void wait(instant now, std::uint32_t wait_ms);
  /// Says link_down if the link is up; the connection stays as it is.
  void end_link(link_effects& fx);
  /// Ends the link and the connection; both are tried again after a back-off.
  void start_over(instant now, link_effects& fx);
  void send(node_message content, link_effects& fx);
  std::uint32_t next_backoff();
  void complain(trouble kind, note::level severity, std::string text, instant now,
                link_effects& fx);
  [[nodiscard]] bool is_current(const incarnation& node, std::uint64_t link) const {
    return node == process && link == number;
  }

  // node_link_handshake.cpp: what the proxy answers to a join
  bool acceptable(const welcome& content, instant now, link_effects& fx);
  void remember(const welcome& content, link_effects& fx);
  void log_refusal(const refusal& content, link_effects& fx);

  link_settings settings;
  record::identity identity;
  incarnation process;
  link_phase phase = link_phase::idle;
  bool connected = false;
  bool draining = false; ///< each link begins with a `drain`
  std::int64_t wake_us = 0;
  std::int64_t connect_began_us = 0;
  std::uint32_t backoff_ms;

  /// Of the link that stands or is asked for. Starts anew, far above, with every incarnation: then
  /// a message meant for an earlier start's link never finds that number standing again, not even
  /// inside the proxy, where links are known by ledger and number alone (R6).
  std::uint64_t number = 0;
  std::int64_t join_began_us = 0;
  std::int64_t join_sent_us = 0;

  epoch proxy;              ///< of the last welcome
  cluster_settings cluster; ///< of the last welcome
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  joiner<proxy_message> parcels;
  std::int64_t heard_us = 0; ///< last sign of life of the proxy
  stall_watch watch;

  std::optional<std::int64_t> reported_us; ///< last load report of this link
  std::uint64_t echoed_us = 0;             ///< stamp of the newest heartbeat
  std::uint64_t round_trip_us = 0;         ///< smoothed; 0: unknown

  std::optional<std::pair<refusal_reason, std::string>> last_refusal;
  std::array<std::optional<std::int64_t>, static_cast<std::size_t>(trouble::count)> complained_us;
};

} // namespace evenkeel::core
