// What a proxy and the hosts on which it spawns nodes tell each other, and what people ask of the
// proxy about that. Separate from protocol.hpp: none of it travels on a node's link.
// Must not know: actors.
#pragma once

#include "messages/error.hpp"
#include "messages/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel {

/// Raised when a host and a proxy of different versions would misunderstand each other.
inline constexpr std::uint32_t hosting_protocol_version = 2;

/// A node as the proxy wants it on some host: the message with which it is spawned there.
struct spawn_order {
  std::string name; ///< unique in the cluster; its data is in a directory of that name
  std::string host;
  std::uint16_t host_port = 0;
  std::uint32_t slots = 0; ///< 0: as many as the host has processors
  std::string client_address = "127.0.0.1";
  std::uint16_t client_port = 0; ///< 0: any free one
  std::string proxy_host;        ///< where the node finds its proxy; filled in by that
  std::uint16_t proxy_port = 0;
  friend bool operator==(const spawn_order&, const spawn_order&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, spawn_order& x) {
  return f(x.name, x.host, x.host_port, x.slots, x.client_address, x.client_port, x.proxy_host,
           x.proxy_port);
}

/// "host:port" of the proxy for which a node works.
inline std::string proxy_of(const spawn_order& x) {
  return x.proxy_host + ":" + std::to_string(x.proxy_port);
}

/// A node on a host, or what became of the last attempt to have one there.
struct hosted_node {
  spawn_order order; ///< as it was carried out: what was left to the host is filled in
  bool running = false;
  std::string problem; ///< why it does not run; empty: nothing is wrong, or it was never tried
  bool ended = false;  ///< as it was told; what it has left there is its proxy's still
  friend bool operator==(const hosted_node&, const hosted_node&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hosted_node& x) {
  return f(x.order, x.running, x.problem, x.ended);
}

struct host_report {
  std::uint32_t version = hosting_protocol_version;
  incarnation process; ///< of the host: a handle may be older than it
  std::vector<hosted_node> nodes;
  friend bool operator==(const host_report&, const host_report&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, host_report& x) {
  return f(x.version, x.process, x.nodes);
}

/// `evenkeel spawn` and `evenkeel despawn` (`order.name` alone).
struct hosting_request {
  bool withdraw = false;
  bool forget = false; ///< `withdraw`, and at once: its host is gone for good
  spawn_order order;
  friend bool operator==(const hosting_request&, const hosting_request&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hosting_request& x) {
  return f(x.withdraw, x.forget, x.order);
}

struct hosting_answer {
  errc code = errc::ok;
  std::string text; ///< for a human
  friend bool operator==(const hosting_answer&, const hosting_answer&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hosting_answer& x) {
  return f(x.code, x.text);
}

} // namespace evenkeel
