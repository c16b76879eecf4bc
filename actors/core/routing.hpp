// Which part of a process a message is for: decided here, carried out by the shells.
// Must not know: what any part does with it.
#pragma once

#include "messages/client.hpp"
#include "messages/protocol.hpp"

#include <string>

namespace evenkeel::core {

// -- in a node
// ----------------------------------------------------------------------------------------

struct node_parts_for {
  bool ledger = false;
  bool executor = false;
  bool questions = false;
};
/// What is about jobs running here is the executor's; answers are the question desk's; all else is
/// the ledger's. A result_exchange is for two.
node_parts_for parts_for(const proxy_message& message);

/// A client's request that this node's ledger, the one with `own_code`, cannot answer.
bool for_other_nodes(const client_request& request, const std::string& own_code);

// -- in a proxy
// ---------------------------------------------------------------------------------------

struct proxy_parts_for {
  bool membership = false;
  bool dispatch = false;
  bool relay = false;
  bool router = false;
};
/// Jobs are the dispatch queue's matter, results the relay's; both hear of what a home wants no
/// more. Of a result_batch the dispatch queue only hears which attempts it has (on_results).
proxy_parts_for parts_for(const node_message& message);

} // namespace evenkeel::core
