// What the three cores of a proxy (membership, dispatch queue, result relay) say to the world and
// to each other. Must not know: actors; how messages are carried.
#pragma once

#include "actors/core/effects.hpp"
#include "messages/protocol.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel::core {

/// A node whose link stands from now on. Goes to the dispatch queue and the result relay.
struct node_up {
  ledger_id ledger;
  std::uint64_t link = 0;
  incarnation process;
  std::uint32_t slots = 0;
  std::string code;
  std::string name;
  std::string address;
  std::vector<std::string> functions;
  friend bool operator==(const node_up&, const node_up&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_up& x) {
  return f(x.ledger, x.link, x.process, x.slots, x.code, x.name, x.address, x.functions);
}

/// A link that stands no more. `clean`: the node said that it stops.
struct node_down {
  ledger_id ledger;
  std::uint64_t link = 0;
  bool clean = false;
  friend bool operator==(const node_down&, const node_down&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_down& x) {
  return f(x.ledger, x.link, x.clean);
}

/// A message for a node, from the dispatch queue or the relay; dropped unless `link` stands.
struct to_node {
  ledger_id ledger;
  std::uint64_t link = 0;
  proxy_message content;
  friend bool operator==(const to_node&, const to_node&) = default;
};

/// A message that came over a standing link, in order.
struct from_node {
  ledger_id ledger;
  std::uint64_t link = 0;
  node_message content;
  friend bool operator==(const from_node&, const from_node&) = default;
};

} // namespace evenkeel::core
