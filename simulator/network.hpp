// The network between nodes and the proxy: one connection per node, in order and reliable until it
// breaks; links that go silent one way or both; messages that come twice or very late.
// Owns: connections and what travels on them. Must not know: what messages mean.
#pragma once

#include "simulator/dice.hpp"
#include "simulator/packets.hpp"
#include "simulator/timeline.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel::simulator {

enum class direction : std::uint8_t { to_proxy = 0, to_node = 1 };

struct network_pace {
  std::int64_t one_way_us = 300;
  std::uint64_t duplicated_of_thousand = 0; ///< a copy comes again, much later
  std::int64_t latest_us = 5 * us_per_s;    ///< how late such a copy may be
  std::int64_t connect_deadline_us = 3 * us_per_s;
};

/// Who listens at the ends. Calls come at the time of the event.
struct network_ends {
  std::function<void(const peer&)> connected;
  std::function<void(const peer&, const std::string& why)> connect_failed;
  std::function<void(const peer&)> node_sees_break;
  std::function<void(const peer&)> proxy_sees_break;
  std::function<void(const peer&, node_packet)> deliver_to_node;
  std::function<void(const peer&, proxy_packet)> deliver_to_proxy;
};

class network {
public:
  network(timeline& time, dice& luck, network_pace pace, std::size_t nodes, network_ends ends);
  network(const network&) = delete;
  network& operator=(const network&) = delete;

  /// The node's process asks for a connection. `listening`: the proxy is alive and not frozen.
  void connect(const peer& from, std::uint64_t proxy_life, bool listening);
  void send_to_proxy(const peer& from, proxy_packet content);
  void send_to_node(const peer& to, node_packet content);

  /// Nothing more passes this way; it is not lost as long as the connection stands.
  void cut(std::size_t node, direction which);
  void heal(std::size_t node, direction which);
  void heal_all();
  /// With what is on its way, or most of it.
  void break_connection(std::size_t node);
  void node_died(std::size_t node) { break_connection(node); }
  void proxy_died();

  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }

private:
  struct connection {
    peer node;
    std::uint64_t proxy_life = 0;
    bool lost = false; ///< what has not arrived never does
    std::array<std::int64_t, 2> last_us{};
    std::array<std::vector<action>, 2> held; ///< by a cut
  };
  struct node_link {
    std::shared_ptr<connection> standing;
    std::array<bool, 2> cut{};
    std::vector<action> news; ///< of a broken connection, that cannot pass either
  };

  bool comes_twice(const peer& who);
  void carry(const std::shared_ptr<connection>& on, direction which, action deliver);
  void arrive_later(const std::shared_ptr<connection>& on, direction which, action deliver);
  [[nodiscard]] bool silent(std::size_t node) const {
    return links_[node].cut[0] || links_[node].cut[1];
  }
  void tell_of_break(const std::shared_ptr<connection>& gone);

  timeline* time_;
  dice* luck_;
  network_pace pace_;
  network_ends ends_;
  std::vector<node_link> links_;
  std::uint64_t messages_ = 0;
  std::uint64_t duplicates_ = 0;
};

} // namespace evenkeel::simulator
