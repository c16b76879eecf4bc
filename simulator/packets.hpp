// What travels between a simulated node and the proxy: the messages of interfaces.hpp as data.
#pragma once

#include "messages/client.hpp"
#include "messages/protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace evenkeel::simulator {

struct framed_for_proxy {
  link_header header;
  node_message content;
};
struct framed_for_node {
  link_header header;
  proxy_message content;
};
using proxy_packet = std::variant<join, load_report, framed_for_proxy>;
using node_packet = std::variant<welcome, refusal, heartbeat, framed_for_node>;

/// One start of one node's process, as the proxy sees its peer.
struct peer {
  std::size_t node = 0;
  std::uint64_t life = 0;
  friend auto operator<=>(const peer&, const peer&) = default;
};

/// One line for a trace; empty for heartbeats.
std::string describe(const proxy_packet& content);
std::string describe(const node_packet& content);

/// What a client asks, and what it is told.
std::string describe(const client_request& request);
std::string describe(const client_answer& answer);

} // namespace evenkeel::simulator
